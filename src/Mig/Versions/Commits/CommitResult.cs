using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Ingest;

namespace Mig.Versions.Commits;

/// <summary>What a commit found and did.</summary>
/// <param name="Id">The new commit; null when nothing had changed.</param>
/// <param name="Branch">The branch it is on; null when HEAD is detached.</param>
/// <param name="IsRoot">Whether it has no parent.</param>
/// <param name="Disks">What was found on each disk.</param>
/// <param name="NewObjects">Objects that the repository did not have.</param>
/// <param name="NewBytes">Bytes of those objects.</param>
/// <param name="StoredBytes">Bytes that they take, compressed.</param>
public sealed record CommitResult(
    CommitId? Id,
    RefName? Branch,
    bool IsRoot,
    ImageId Image,
    IReadOnlyList<DiskReport> Disks,
    long NewObjects,
    long NewBytes,
    long StoredBytes)
{
    /// <summary>The message of the commit, as the hook commit-msg left it; empty when there is no commit.</summary>
    public string Message { get; init; } = "";
}
