using Mig.Core;
using Mig.FileSystems;
using Mig.History.Layouts;
using Mig.Images.Ingest;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Care.Checks;

/// <summary>
/// Sees whether a file's content, as the manifest names it, is what stands at the file's extents. Where the layout names the same blob at
/// the same place that is known without reading a byte, which is so for nearly all of a disk; only where it is said in other words are
/// bytes compared. For one thread.
/// </summary>
internal sealed class FileProof(IContentSource store, LayoutSource disk, long volumeOffset, IFileSystem fileSystem, ProofBudget budget)
{
    private BlobId _blob;
    private byte[] _bytes = [];

    /// <summary>Tells whether the content is what the disk holds.</summary>
    /// <param name="chunks">The content in order; together as long as the file.</param>
    public bool Holds(ScannedFile file, IEnumerable<Chunk> chunks)
    {
        int at = 0;
        long start = 0;
        foreach (Chunk chunk in chunks)
        {
            budget.Step();
            var range = new ByteRange(start, chunk.Length);
            long position = start;
            for (; at < file.Extents.Count && file.Extents[at].FileOffset < range.End; at++)
            {
                FileExtent extent = file.Extents[at];
                ByteRange part = range.Intersect(new ByteRange(extent.FileOffset, extent.Length));
                if (!part.IsEmpty)
                {
                    if (!IsZero(chunk, position - start, part.Offset - position) || !HoldsPart(file, extent, chunk, start, part))
                        return false;
                    position = part.End;
                }

                if (extent.FileOffset + extent.Length > range.End)
                    break;
            }

            if (!IsZero(chunk, position - start, range.End - position))
                return false;
            start = range.End;
        }

        return start == file.Size;
    }

    private bool HoldsPart(ScannedFile file, in FileExtent extent, in Chunk chunk, long start, ByteRange part)
    {
        budget.Step();
        if (!extent.IsOnVolume)
        {
            byte[] bytes = new byte[part.Length];
            budget.Spend(part.Length);
            fileSystem.ReadContent(file.Node, part.Offset, bytes);
            return IsSame(chunk, part.Offset - start, bytes);
        }

        long offset = volumeOffset + extent.VolumeOffset + part.Offset - extent.FileOffset;
        long done = 0;
        foreach (LayoutPiece piece in disk.ReadPieces(new ByteRange(offset, part.Length)))
        {
            budget.Step();
            if (!IsZero(chunk, part.Offset + done - start, piece.Offset - offset - done))
                return false;
            long inChunk = part.Offset + piece.Offset - offset - start;
            if ((chunk.IsHole || piece.Blob != chunk.Blob || piece.BlobOffset != inChunk) && !IsSame(chunk, inChunk, ReadDisk(piece)))
                return false;
            done = piece.End - offset;
        }

        return IsZero(chunk, part.Offset + done - start, part.Length - done);
    }

    private byte[] ReadDisk(in LayoutPiece piece)
    {
        byte[] bytes = new byte[piece.Length];
        budget.Spend(piece.Length);
        disk.ReadExactly(piece.Offset, bytes);
        return bytes;
    }

    private bool IsZero(in Chunk chunk, long offset, long length) =>
        length <= 0 || chunk.IsHole || ZeroBytes.IsZero(Read(chunk).AsSpan((int)offset, (int)length));

    private bool IsSame(in Chunk chunk, long offset, ReadOnlySpan<byte> bytes) =>
        chunk.IsHole ? ZeroBytes.IsZero(bytes) : Read(chunk).AsSpan((int)offset, bytes.Length).SequenceEqual(bytes);

    private byte[] Read(in Chunk chunk)
    {
        if (_blob == chunk.Blob)
            return _bytes;
        budget.Spend(chunk.Length);
        byte[] bytes = new byte[chunk.Length];
        store.ReadBlob(chunk.Blob, bytes);
        (_blob, _bytes) = (chunk.Blob, bytes);
        return bytes;
    }
}
