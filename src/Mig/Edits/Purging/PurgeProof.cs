using Mig.Core;

namespace Mig.Edits.Purging;

/// <summary>The result of looking for purged contents in everything that the repository holds.</summary>
/// <param name="Blobs">Blobs that were read.</param>
/// <param name="Bytes">Bytes in them.</param>
/// <param name="Found">Blobs in which the beginning of a purged content stands somewhere: archives that hold a copy, say.</param>
/// <param name="Left">Names that a version still has: it came while the purge was at work.</param>
/// <param name="Blocker">Why old packs are still there; null when they are gone.</param>
public sealed record PurgeProof(long Blobs, long Bytes, IReadOnlyList<BlobId> Found, IReadOnlyList<PurgedFile> Left, string? Blocker)
{
    /// <summary>Whether the contents are gone.</summary>
    public bool Holds => Found.Count == 0 && Left.Count == 0 && Blocker is null;
}
