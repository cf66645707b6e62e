using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Reads the block map of an inode: twelve blocks, then one, two and three levels of blocks full of pointers. 0 is a hole.
/// </summary>
internal static class BlockMap
{
    private const int DirectCount = 12;
    private const int LevelCount = 3;

    /// <summary>Returns how many blocks a file with a block map can have.</summary>
    public static long MaxFileBlocks(int blockSize)
    {
        long pointers = blockSize / sizeof(uint);
        return DirectCount + pointers + (pointers * pointers) + (pointers * pointers * pointers);
    }

    /// <param name="fileBlocks">How many blocks of the file are wanted. Pointers beyond these are looked at where they stand beside wanted
    /// ones, as the kernel does.</param>
    public static void Read(Inode inode, IBlockReader reader, Geometry geometry, IBlockMapSink runs, long fileBlocks)
    {
        AddPointers(inode.BlockMap[..(DirectCount * sizeof(uint))], 0, inode, geometry, runs);
        long fileBlock = DirectCount;
        long span = 1;
        for (int level = 1; level <= LevelCount && fileBlock < fileBlocks; level++)
        {
            span *= geometry.BlockSize / sizeof(uint);
            uint pointer = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockMap[((DirectCount + level - 1) * sizeof(uint))..]);
            ReadLevel(pointer, level, span, fileBlock, inode, reader, geometry, runs, fileBlocks);
            fileBlock += span;
        }
    }

    /// <param name="span">How many file blocks the pointer stands for.</param>
    private static void ReadLevel(uint pointer, int level, long span, long fileBlock, Inode inode, IBlockReader reader, Geometry geometry,
        IBlockMapSink runs, long fileBlocks)
    {
        if (pointer == 0)
            return;
        Check(pointer, fileBlock, inode, geometry);
        runs.VisitTreeBlock(pointer);
        ReadOnlySpan<byte> bytes = reader.GetBlock(pointer);
        if (level == 1)
        {
            AddPointers(bytes, fileBlock, inode, geometry, runs);
            return;
        }

        for (int i = 0; i < bytes.Length; i += sizeof(uint))
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]) is not 0 and var child)
                Check(child, fileBlock, inode, geometry);
        }

        long childSpan = span / (geometry.BlockSize / sizeof(uint));
        for (int i = 0; i < bytes.Length && fileBlock < fileBlocks; i += sizeof(uint), fileBlock += childSpan)
            ReadLevel(BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]), level - 1, childSpan, fileBlock, inode, reader, geometry, runs,
                fileBlocks);
    }

    private static void AddPointers(ReadOnlySpan<byte> pointers, long fileBlock, Inode inode, Geometry geometry, IBlockMapSink runs)
    {
        // Blocks of a file mostly follow one another: join them here, where it is cheap.
        int count = pointers.Length / sizeof(uint);
        long runLength = 0;
        long runBlock = 0;
        for (int i = 0; i < count; i++)
        {
            uint pointer = BinaryPrimitives.ReadUInt32LittleEndian(pointers[(i * sizeof(uint))..]);
            if (pointer != 0)
                Check(pointer, fileBlock + i, inode, geometry);
            if (runLength > 0 && pointer == runBlock + runLength)
            {
                runLength++;
                continue;
            }

            if (runLength > 0)
                runs.Add(fileBlock + i - runLength, runLength, runBlock, false);
            runBlock = pointer;
            runLength = pointer == 0 ? 0 : 1;
        }

        if (runLength > 0)
            runs.Add(fileBlock + count - runLength, runLength, runBlock, false);
    }

    private static void Check(uint pointer, long fileBlock, Inode inode, Geometry geometry)
    {
        if (!geometry.Contains(pointer, 1))
            throw inode.Corrupt("EXT4-050",
                $"block map for file block {fileBlock} points to block {pointer}, {geometry.FirstDataBlock + 1} to "
                + $"{geometry.ReadableBlocks - 1} allowed");
    }
}
