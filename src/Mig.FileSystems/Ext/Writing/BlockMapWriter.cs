using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Writes block maps: twelve blocks, then one, two and three levels of blocks full of pointers. A block of pointers without any goes.
/// </summary>
internal sealed class BlockMapWriter(Geometry geometry, BlockStore store, BlockAllocator allocator)
{
    private const int DirectCount = 12;
    private const int LevelCount = 3;

    private int PointersPerBlock => geometry.BlockSize / sizeof(uint);

    /// <param name="firstChange">The first file block that may be mapped otherwise than before.</param>
    /// <returns>The blocks of the new map; the caller frees those that only the old one has.</returns>
    public List<long> Store(WritableInode inode, List<MappedRun> runs, long firstChange)
    {
        var cursor = new Cursor(runs);
        var tree = new List<long>();
        Span<byte> map = inode.BlockMap;
        for (int i = 0; i < DirectCount; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(map[(i * sizeof(uint))..], (uint)cursor.Find(i));
        long fileBlock = DirectCount;
        long span = 1;
        for (int level = 1; level <= LevelCount; level++)
        {
            span *= PointersPerBlock;
            Span<byte> place = map[((DirectCount + level - 1) * sizeof(uint))..];
            uint old = BinaryPrimitives.ReadUInt32LittleEndian(place);
            BinaryPrimitives.WriteUInt32LittleEndian(place, StoreLevel(old, level, fileBlock, span, firstChange, cursor, tree));
            fileBlock += span;
        }

        return tree;
    }

    /// <param name="old">The block of pointers that was here; 0 for none.</param>
    /// <param name="span">How many file blocks the pointer stands for.</param>
    private uint StoreLevel(uint old, int level, long fileBlock, long span, long firstChange, Cursor cursor, List<long> tree)
    {
        if (!cursor.HasAny(fileBlock, fileBlock + span))
            return 0;
        bool isNew = old == 0;
        if (isNew)
            old = (uint)allocator.Allocate(cursor.Find(Math.Max(0, fileBlock - 1)) + 1, 1).Offset;
        tree.Add(old);
        byte[] block = isNew ? store.Create(old) : [.. store.Get(old)];
        long childSpan = span / PointersPerBlock;
        for (int i = 0; i < PointersPerBlock; i++, fileBlock += childSpan)
        {
            Span<byte> place = block.AsSpan(i * sizeof(uint));
            uint pointer = BinaryPrimitives.ReadUInt32LittleEndian(place);
            if (level == 1 && fileBlock < firstChange)
                continue;
            pointer = level == 1 ? (uint)cursor.Find(fileBlock)
                : StoreLevel(pointer, level - 1, fileBlock, childSpan, firstChange, cursor, tree);
            BinaryPrimitives.WriteUInt32LittleEndian(place, pointer);
        }

        if (!isNew && !store.Get(old).AsSpan().SequenceEqual(block))
            block.CopyTo(store.Edit(old), 0);
        return old;
    }

    /// <summary>Finds blocks in runs, mostly ascending.</summary>
    private sealed class Cursor(List<MappedRun> runs)
    {
        private int _index;

        public long Find(long fileBlock)
        {
            Seek(fileBlock);
            return _index < runs.Count && runs[_index].FileBlock <= fileBlock ? runs[_index].VolumeBlock
                + (fileBlock - runs[_index].FileBlock) : 0;
        }

        public bool HasAny(long start, long end)
        {
            Seek(start);
            return _index < runs.Count && runs[_index].FileBlock < end;
        }

        private void Seek(long fileBlock)
        {
            while (_index > 0 && (_index >= runs.Count || runs[_index - 1].End > fileBlock))
                _index--;
            while (_index < runs.Count && runs[_index].End <= fileBlock)
                _index++;
        }
    }
}
