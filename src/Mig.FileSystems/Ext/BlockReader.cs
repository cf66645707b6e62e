using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Reads the volume as the file system means it: with the newer copies of blocks that wait in the journal. Metadata is read in large aligned pieces
/// that stay in a small cache, because inode tables and directories lie close together. Safe for several threads.
/// </summary>
internal sealed class BlockReader(IByteSource volume, long length, int blockSize, JournalOverlay overlay)
{
    /// <summary>The largest block, so that no block crosses two pieces.</summary>
    private const int PieceSize = 64 << 10;

    private const int PieceCount = 256; // 16 MiB: the inode tables of several groups and the directories of many

    private readonly Piece?[] _pieces = new Piece?[PieceCount];

    public int BlockSize { get; } = blockSize;

    public JournalOverlay Overlay { get; } = overlay;

    /// <summary>Returns metadata; the range must not leave its aligned 64 KiB.</summary>
    public ReadOnlySpan<byte> GetMetadata(long offset, int count)
    {
        long number = offset / PieceSize;
        int slot = (int)(number % PieceCount);
        // A piece is never changed after it is published, so a reader that holds one needs no lock.
        Piece? piece = Volatile.Read(ref _pieces[slot]);
        if (piece is null || piece.Number != number)
        {
            piece = new Piece(number, GC.AllocateUninitializedArray<byte>((int)Math.Min(PieceSize, length - (number * PieceSize))));
            Read(number * PieceSize, piece.Bytes);
            Volatile.Write(ref _pieces[slot], piece);
        }

        return piece.Bytes.AsSpan((int)(offset % PieceSize), count);
    }

    public ReadOnlySpan<byte> GetBlock(long block) => GetMetadata(block * BlockSize, BlockSize);

    /// <summary>Reads any range without the cache.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        volume.ReadExactly(offset, destination);
        if (Overlay.IsEmpty)
            return;
        long firstBlock = offset / BlockSize;
        long lastBlock = (offset + destination.Length - 1) / BlockSize;
        for (int i = Overlay.IndexOfFirst(firstBlock); i < Overlay.Count && Overlay[i].Block <= lastBlock; i++)
        {
            JournalledBlock copy = Overlay[i];
            var range = new ByteRange(copy.Block * BlockSize, BlockSize).Intersect(new ByteRange(offset, destination.Length));
            Span<byte> target = destination.Slice((int)(range.Offset - offset), (int)range.Length);
            int from = (int)(range.Offset - (copy.Block * BlockSize));
            volume.ReadExactly(copy.CopyOffset + from, target);
            copy.Unescape(from, target);
        }
    }

    private sealed record Piece(long Number, byte[] Bytes);
}
