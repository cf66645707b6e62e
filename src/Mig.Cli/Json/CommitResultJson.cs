using Mig.Images.Ingest;
using Mig.Versions.Commits;

namespace Mig.Cli.Json;

/// <summary>What a commit found and did.</summary>
/// <param name="Id">Null when nothing had changed.</param>
/// <param name="NewBytes">Bytes of objects that the repository did not have.</param>
/// <param name="StoredBytes">What those take, compressed.</param>
internal sealed record CommitResultJson(
    string? Id,
    string? Branch,
    bool IsRoot,
    string Image,
    IReadOnlyList<DiskReport> Disks,
    long NewObjects,
    long NewBytes,
    long StoredBytes)
{
    public static CommitResultJson Of(CommitResult result) => new(
        result.Id?.ToString(),
        result.Branch?.ShortName,
        result.IsRoot,
        result.Image.ToString(),
        result.Disks,
        result.NewObjects,
        result.NewBytes,
        result.StoredBytes);
}
