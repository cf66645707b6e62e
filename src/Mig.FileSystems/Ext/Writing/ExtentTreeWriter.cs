using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

// Layout: kernel Documentation/filesystems/ext4, "Extent Tree". All integers little-endian.
/// <summary>
/// Writes extent trees: packed from the left, as low as can be, and in the blocks that the tree had before, so that a node with the same
/// entries is not touched.
/// </summary>
internal sealed class ExtentTreeWriter(Geometry geometry, BlockStore store, BlockAllocator allocator)
{
    private const int MaxWrittenLength = 32768;
    private const int MaxUnwrittenLength = 32767;
    private const int EntrySize = 12;
    private const int RootCapacity = (Inode.BlockMapSize - ExtentNode.HeaderSize) / EntrySize;

    private int NodeCapacity => (geometry.BlockSize - ExtentNode.HeaderSize) / EntrySize;

    /// <param name="oldBlocks">The blocks of the old tree; the caller frees those that are not among the new ones.</param>
    /// <returns>The blocks of the new tree.</returns>
    public List<long> Store(WritableInode inode, List<MappedRun> runs, List<long> oldBlocks)
    {
        byte[] entries = MakeLeafEntries(runs);
        int count = entries.Length / EntrySize;
        var blocks = oldBlocks.Take(CountNodes(count)).ToList();
        while (blocks.Count < CountNodes(count))
            blocks.Add(allocator.Allocate(blocks.Count > 0 ? blocks[^1] : FindGoal(inode, runs), 1).Offset);
        int used = 0;
        int depth = 0;
        uint seed = inode.View.ChecksumSeed(geometry.ChecksumSeed);
        for (; count > RootCapacity; depth++)
        {
            // What was a level of entries becomes nodes, and the level above gets an entry for each.
            int nodes = (count + NodeCapacity - 1) / NodeCapacity;
            byte[] above = new byte[nodes * EntrySize];
            for (int i = 0; i < nodes; i++)
            {
                ReadOnlySpan<byte> part = entries.AsSpan(
                    i * NodeCapacity * EntrySize, Math.Min(NodeCapacity, count - (i * NodeCapacity)) * EntrySize);
                long block = blocks[used++];
                WriteNode(block, part, depth, seed, isNew: used > oldBlocks.Count);
                Span<byte> entry = above.AsSpan(i * EntrySize, EntrySize);
                part[..sizeof(uint)].CopyTo(entry);
                BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)block);
                BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)(block >> 32));
            }

            entries = above;
            count = nodes;
        }

        Span<byte> root = inode.BlockMap;
        root.Clear();
        WriteHeader(root, count, RootCapacity, depth);
        entries.CopyTo(root[ExtentNode.HeaderSize..]);
        return blocks;
    }

    // How many blocks a tree of so many extents takes.
    private int CountNodes(int extents)
    {
        int nodes = 0;
        while (extents > RootCapacity)
        {
            extents = (extents + NodeCapacity - 1) / NodeCapacity;
            nodes += extents;
        }

        return nodes;
    }

    private static void WriteHeader(Span<byte> node, int count, int capacity, int depth)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(node, ExtentNode.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(node[2..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(node[4..], (ushort)capacity);
        BinaryPrimitives.WriteUInt16LittleEndian(node[6..], (ushort)depth);
    }

    private static byte[] MakeLeafEntries(List<MappedRun> runs)
    {
        long count = 0;
        foreach (MappedRun run in runs)
            count += CountExtents(run);
        byte[] entries = new byte[count * EntrySize];
        int place = 0;
        foreach (MappedRun run in runs)
        {
            int max = run.IsUnwritten ? MaxUnwrittenLength : MaxWrittenLength;
            for (long done = 0; done < run.Count; done += max)
            {
                Span<byte> entry = entries.AsSpan(place, EntrySize);
                int length = (int)Math.Min(max, run.Count - done);
                BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)(run.FileBlock + done));
                BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], (ushort)(run.IsUnwritten ? length + MaxWrittenLength : length));
                BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], (ushort)((run.VolumeBlock + done) >> 32));
                BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)(run.VolumeBlock + done));
                place += EntrySize;
            }
        }

        return entries;
    }

    private static long CountExtents(MappedRun run)
    {
        int max = run.IsUnwritten ? MaxUnwrittenLength : MaxWrittenLength;
        return (run.Count + max - 1) / max;
    }

    private long FindGoal(WritableInode inode, List<MappedRun> runs) =>
        runs.Count > 0 ? runs[^1].VolumeBlock + runs[^1].Count : geometry.FirstBlockOfGroup((inode.Number - 1) / geometry.InodesPerGroup);

    private void WriteNode(long block, ReadOnlySpan<byte> entries, int depth, uint seed, bool isNew)
    {
        byte[] node = new byte[geometry.BlockSize];
        WriteHeader(node, entries.Length / EntrySize, NodeCapacity, depth);
        entries.CopyTo(node.AsSpan(ExtentNode.HeaderSize));
        int used = ExtentNode.HeaderSize + entries.Length;
        if (!isNew && store.Get(block).AsSpan(0, used).SequenceEqual(node.AsSpan(0, used)))
            return;
        if (geometry.HasChecksums)
        {
            int tail = ExtentNode.HeaderSize + (NodeCapacity * EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(node.AsSpan(tail), Crc32C.Append(seed, node.AsSpan(0, tail)));
        }

        node.CopyTo(isNew ? store.Create(block) : store.Edit(block), 0);
    }
}
