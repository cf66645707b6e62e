using System.Buffers;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Export;

/// <summary>
/// Compares a disk of an image with one that lies in a file, byte for byte. What lies after the end of the file's disk counts as zeros.
/// </summary>
internal sealed class DiskComparer(ObjectStore store, PieceReader reader, CancellationToken cancellation)
{
    private const int BufferLength = 1 << 20;

    /// <summary>Adds the blocks that differ.</summary>
    /// <param name="candidates">Where to look: ascending, disjoint, within the image's disk.</param>
    public void Compare(ImageDisk disk, IByteSource file, IReadOnlyList<ByteRange> candidates, BlockSet differing)
    {
        reader.Read(disk, candidates, (piece, bytes) => ComparePiece(piece, bytes, file, differing));
        CompareZeros(file, ByteRanges.Subtract(candidates, Pieces(disk, candidates)), differing);
    }

    private IEnumerable<ByteRange> Pieces(ImageDisk disk, IReadOnlyList<ByteRange> candidates) =>
        candidates.SelectMany(range => LayoutReader.ReadPieces(store, disk.Layout, disk.Length, range))
            .Select(piece => new ByteRange(piece.Offset, piece.Length));

    private static void ComparePiece(LayoutPiece piece, ReadOnlySpan<byte> bytes, IByteSource file, BlockSet differing)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        try
        {
            Span<byte> other = buffer.AsSpan(0, bytes.Length);
            Read(file, piece.Offset, other);
            if (bytes.SequenceEqual(other))
                return;
            for (int start = 0; start < bytes.Length;)
            {
                int length = (int)Math.Min(bytes.Length - start, differing.BlockLength - ((piece.Offset + start) % differing.BlockLength));
                if (!bytes.Slice(start, length).SequenceEqual(other.Slice(start, length)))
                    differing.Add(new ByteRange(piece.Offset + start, length));
                start += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CompareZeros(IByteSource file, IEnumerable<ByteRange> zeros, BlockSet differing)
    {
        byte[] buffer = new byte[BufferLength];
        foreach (ByteRange stored in zeros.SelectMany(file.GetStoredRanges))
        {
            for (long at = stored.Offset; at < stored.End;)
            {
                cancellation.ThrowIfCancellationRequested();
                // Up to the end of a block, so that a difference is that block's alone.
                int length = (int)Math.Min(stored.End - at, differing.BlockLength - (at % differing.BlockLength));
                length = Math.Min(length, BufferLength);
                file.ReadExactly(at, buffer.AsSpan(0, length));
                if (!ZeroBytes.IsZero(buffer.AsSpan(0, length)))
                    differing.Add(new ByteRange(at, length));
                at += length;
            }
        }
    }

    private static void Read(IByteSource file, long offset, Span<byte> destination)
    {
        int present = (int)Math.Clamp(file.Length - offset, 0, destination.Length);
        if (present > 0)
            file.ReadExactly(offset, destination[..present]);
        destination[present..].Clear();
    }
}
