using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

/// <summary>Reads the extents of an inode: a tree whose root lies in the inode.</summary>
internal static class ExtentTree
{
    private const long FileBlockLimit = 1L << 32;

    public static void Read(Inode inode, IBlockReader reader, Geometry geometry, IBlockMapSink runs)
    {
        ExtentNode root = ExtentNode.Parse(inode.BlockMap, -1, false, $"extent tree of inode {inode.Number} at {inode.Offset}");
        long next = 0;
        ReadNode(root, inode, reader, geometry, runs, ref next, FileBlockLimit);
    }

    /// <param name="next">The first file block that no earlier extent covers.</param>
    /// <param name="limit">The first file block that belongs to the next node.</param>
    private static void ReadNode(ExtentNode node, Inode inode, IBlockReader reader, Geometry geometry, IBlockMapSink runs, ref long next,
        long limit)
    {
        for (int i = 0; i < node.Count; i++)
        {
            long fileBlock = node.FileBlock(i);
            if (fileBlock < next || fileBlock >= limit)
                throw inode.Corrupt("EXT4-044",
                    $"extent {i} of {node.Count} at depth {node.Depth} begins at file block {fileBlock}, {next} to {limit - 1} allowed");
            if (node.Depth == 0)
                AddExtent(node, i, inode, geometry, runs, ref next, limit);
            else
                ReadChild(node, i, inode, reader, geometry, runs, ref next, i + 1 < node.Count ? Math.Min(limit, node.FileBlock(i + 1))
                    : limit);
        }
    }

    private static void AddExtent(ExtentNode node, int index, Inode inode, Geometry geometry, IBlockMapSink runs, ref long next, long limit)
    {
        long fileBlock = node.FileBlock(index);
        int count = node.Length(index);
        long volumeBlock = node.VolumeBlock(index);
        if (count == 0)
            throw inode.Corrupt("EXT4-043", $"extent at file block {fileBlock} has 0 blocks, at least 1 needed");
        if (fileBlock + count > limit)
            throw inode.Corrupt("EXT4-044", $"extent at file block {fileBlock} ends at {fileBlock + count}, at most {limit} allowed");
        if (!geometry.Contains(volumeBlock, count))
            throw inode.Corrupt("EXT4-045",
                $"extent at file block {fileBlock} has {count} blocks from block {volumeBlock}, {geometry.FirstDataBlock + 1} to "
                + $"{geometry.ReadableBlocks - count} allowed");
        runs.Add(fileBlock, count, volumeBlock, node.IsUnwritten(index));
        next = fileBlock + count;
    }

    private static void ReadChild(
        ExtentNode node, int index, Inode inode, IBlockReader reader, Geometry geometry, IBlockMapSink runs, ref long next, long limit)
    {
        long block = node.ChildBlock(index);
        if (!geometry.Contains(block, 1))
            throw inode.Corrupt("EXT4-045",
                $"extent node for file block {node.FileBlock(index)} is at block {block}, {geometry.FirstDataBlock + 1} to "
                + $"{geometry.ReadableBlocks - 1} allowed");
        runs.VisitTreeBlock(block);
        ReadOnlySpan<byte> bytes = reader.GetBlock(block);
        ExtentNode child = ExtentNode.Parse(
            bytes, node.Depth - 1, geometry.HasChecksums, $"extent node of inode {inode.Number} at {block * geometry.BlockSize}");
        if (geometry.HasChecksums)
        {
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[child.ChecksumOffset..]);
            uint computed = Crc32C.Append(inode.ChecksumSeed(geometry.ChecksumSeed), bytes[..child.ChecksumOffset]);
            if (stored != computed)
                throw ExtError.Corrupt("EXT4-046",
                    $"extent node of inode {inode.Number} at {block * geometry.BlockSize}: checksum is 0x{stored:x8}, its bytes sum up to "
                    + $"0x{computed:x8}");
        }

        if (child.Count > 0 && child.FileBlock(0) != node.FileBlock(index))
            throw inode.Corrupt("EXT4-044",
                $"extent node at block {block} begins at file block {child.FileBlock(0)}, {node.FileBlock(index)} needed, as the node "
                + "above says");
        next = Math.Max(next, node.FileBlock(index));
        ReadNode(child, inode, reader, geometry, runs, ref next, limit);
    }
}
