using Mig.Compare;

namespace Mig.Cli.Json;

/// <summary>How two versions differ. Packages and regions are there when they were asked for.</summary>
internal sealed record DiffJson(string Before, string After, ChangeCounts Counts, IReadOnlyList<ChangeJson> Changes, IReadOnlyList<PackageChangeJson>? Packages, IReadOnlyList<RegionJson>? Regions);
