using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Reads the volume as the file system means it: with the newer copies of blocks that wait in the journal. Metadata is read in aligned
/// pieces that stay in a small cache, because inodes and directories lie close together. Safe for several threads.
/// </summary>
internal sealed class BlockReader(IByteSource volume, long length, int blockSize, JournalOverlay overlay) : IBlockReader
{
    // Inodes are asked for in order and by the hundred; other blocks lie more scattered, and reading much around them would cost more than
    // it saves.
    private readonly PieceCache _tables = new(Math.Max(32 << 10, blockSize), 512);
    private readonly PieceCache _blocks = new(Math.Max(16 << 10, blockSize), 256);

    public int BlockSize { get; } = blockSize;

    public JournalOverlay Overlay { get; } = overlay;

    public ReadOnlySpan<byte> GetTablePart(long offset, int count) => Get(_tables, offset, count);

    public ReadOnlySpan<byte> GetBlock(long block) => Get(_blocks, block * BlockSize, BlockSize);

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

    private ReadOnlySpan<byte> Get(PieceCache cache, long offset, int count)
    {
        long number = offset / cache.PieceSize;
        byte[]? piece = cache.Find(number);
        if (piece is null)
        {
            long start = number * cache.PieceSize;
            piece = GC.AllocateUninitializedArray<byte>((int)Math.Min(cache.PieceSize, length - start));
            Read(start, piece);
            cache.Keep(number, piece);
        }

        return piece.AsSpan((int)(offset % cache.PieceSize), count);
    }
}
