using Mig.Machines.Coverage;
using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>How two versions differ, or disks that are not committed. Packages and regions are there when they were asked for.</summary>
internal sealed record DiffJson(
    string Before,
    string After,
    IReadOnlyList<string>? DisksBefore,
    IReadOnlyList<string>? DisksAfter,
    ChangeCounts Counts,
    IReadOnlyList<ChangeJson> Changes,
    IReadOnlyList<SettingChangeJson>? Settings,
    IReadOnlyList<PackageChangeJson>? Packages,
    IReadOnlyList<RegionJson>? Regions,
    IReadOnlyList<UnseenVersionsJson>? UnseenVersions);
