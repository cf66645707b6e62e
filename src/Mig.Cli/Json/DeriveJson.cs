using Mig.Edits.Deriving;

namespace Mig.Cli.Json;

/// <summary>What was derived.</summary>
/// <param name="StoredBytes">What the new objects take, compressed.</param>
internal sealed record DeriveJson(
    string Base, bool IsDryRun, IReadOnlyList<DerivedVersionJson> Versions, long NewObjects, long NewBytes, long StoredBytes)
{
    public static DeriveJson Of(DeriveResult result, bool isDryRun) => new(
        result.Base.ToString(),
        isDryRun,
        [.. result.Versions.Select(version => new DerivedVersionJson(
            version.Line, version.Branch.ShortName, version.Id?.ToString(), version.Added, version.Changed, version.Removed))],
        result.NewObjects,
        result.NewBytes,
        result.StoredBytes);
}
