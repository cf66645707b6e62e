using Mig.Core;

namespace Mig.Store.Content;

/// <summary>A stretch of a large file: a blob, or a hole.</summary>
/// <param name="Blob">The blob; meaningless for a hole.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct Chunk(BlobId Blob, long Length, bool IsHole)
{
    public static Chunk Hole(long length) => new(default, length, IsHole: true);
}
