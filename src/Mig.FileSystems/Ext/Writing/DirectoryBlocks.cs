using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>The blocks of one directory by their number within it.</summary>
internal sealed class DirectoryBlocks
{
    private readonly WritableVolume _volume;
    private readonly FileBlocks _blocks;

    public DirectoryBlocks(WritableVolume volume, Inode inode)
    {
        _volume = volume;
        Number = inode.Number;
        Seed = inode.ChecksumSeed(volume.Geometry.ChecksumSeed);
        long size = volume.Map.GetSize(inode);
        if (size == 0 || size % volume.Geometry.BlockSize != 0)
            throw inode.Corrupt("EXT4-068", $"directory has {size} bytes, a multiple of {volume.Geometry.BlockSize} needed");
        _blocks = volume.Blocks.Load(inode);
        Count = (uint)(size / volume.Geometry.BlockSize);
        long next = 0;
        foreach (MappedRun run in _blocks.Runs)
        {
            if (run.FileBlock != next || run.IsUnwritten)
                break;
            next = run.End;
        }

        if (next < Count)
            throw inode.Corrupt("EXT4-060", $"directory of {size} bytes has a hole at {next * volume.Geometry.BlockSize}, none allowed");
    }

    /// <summary>The directory's inode.</summary>
    public long Number { get; }

    /// <summary>What the checksum of each block starts from.</summary>
    public uint Seed { get; }

    /// <summary>How many there are.</summary>
    public uint Count { get; private set; }

    public ReadOnlySpan<byte> Get(uint block) => _volume.Store.Get(_blocks.Find(block));

    public Span<byte> Edit(uint block) => _volume.Store.Edit(_blocks.Find(block));

    /// <summary>Returns the block of the volume.</summary>
    public long Locate(uint block) => _blocks.Find(block);

    /// <summary>Adds a block of zeros at the end.</summary>
    /// <returns>Its number.</returns>
    public uint Add()
    {
        WritableInode inode = _volume.Inodes.Edit(Number);
        FileBlocks before = _blocks.Clone();
        _blocks.Fill([new ByteRange(Count, 1)], _volume.Allocator,
            _volume.Geometry.FirstBlockOfGroup((Number - 1) / _volume.Geometry.InodesPerGroup));
        _volume.Blocks.Store(inode, before, _blocks, Count);
        _volume.Store.Create(_blocks.Find(Count));
        Count++;
        inode.Size = (long)Count * _volume.Geometry.BlockSize;
        inode.Seal();
        return Count - 1;
    }

    public CorruptImageException Corrupt(string code, uint block, string detail) =>
        ExtError.Corrupt(code, $"directory {Number}, block {block} at {_blocks.Find(block) * _volume.Geometry.BlockSize}: {detail}");
}
