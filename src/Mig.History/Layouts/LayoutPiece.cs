using Mig.Core;

namespace Mig.History.Layouts;

/// <summary>A range of a disk that holds bytes of a blob.</summary>
/// <param name="Offset">On the disk, in bytes.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Blob">Whose bytes they are.</param>
/// <param name="BlobOffset">Where in the blob they begin.</param>
public readonly record struct LayoutPiece(long Offset, long Length, BlobId Blob, int BlobOffset)
{
    public long End => Offset + Length;
}
