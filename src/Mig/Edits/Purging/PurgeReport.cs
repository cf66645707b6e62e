using Mig.Core;
using Mig.Machines.Coverage;

namespace Mig.Edits.Purging;

/// <summary>What a purge did.</summary>
/// <param name="Files">The names that went, image by image.</param>
/// <param name="Contents">SHA-256 of the contents that no version has any more.</param>
/// <param name="KeptContents">SHA-256 of contents that other names still have.</param>
/// <param name="ZeroedBytes">Bytes of free space that held copies of them, and are zero now.</param>
/// <param name="Unreachable">Places outside of files and free space that hold copies, and were left: journals, inline data.</param>
/// <param name="RewrittenCommits">Commits that have new ids.</param>
/// <param name="MovedRefs">Refs that were moved.</param>
/// <param name="Map">The file with the old and the new ids; null when no id changed.</param>
/// <param name="Proof">What was looked at to prove that nothing is left; null when old versions were kept, or nothing was done.</param>
public sealed record PurgeReport(
    IReadOnlyList<PurgedFile> Files,
    IReadOnlyList<ObjectId> Contents,
    IReadOnlyList<ObjectId> KeptContents,
    long ZeroedBytes,
    IReadOnlyList<string> Unreachable,
    int RewrittenCommits,
    int MovedRefs,
    string? Map,
    PurgeProof? Proof)
{
    /// <summary>What was not looked into, and may hold such files.</summary>
    public ImageCoverage Coverage { get; init; } = new([]);

    /// <summary>
    /// Contents that were named by their hash and that no file has: without their bytes, copies that were deleted cannot be looked for.
    /// </summary>
    public IReadOnlyList<ObjectId> UnknownContents { get; init; } = [];

    /// <summary>Whether the proof holds, and rests on everything.</summary>
    public bool IsProved => Proof is { Holds: true } && Coverage.IsComplete && UnknownContents.Count == 0;
}
