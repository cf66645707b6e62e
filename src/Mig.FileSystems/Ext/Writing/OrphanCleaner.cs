using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

// Layout: kernel Documentation/filesystems/ext4, "Orphan file"; the older list goes from the superblock through the deletion times of
// inodes.
/// <summary>Finishes what a machine had begun when it stopped: deletes inodes that have no name, cuts those that were being cut.</summary>
internal sealed class OrphanCleaner(WritableVolume volume)
{
    private const uint BlockMagic = 0x0B10CA04;
    private const int TailSize = 8;

    public void Run()
    {
        CleanList();
        if (volume.Geometry.Has(ReadOnlyCompatibleFeatures.OrphanPresent))
            CleanFile();
    }

    private void CleanList()
    {
        var seen = new HashSet<long>();
        for (long number = volume.Superblock.LastOrphan; number != 0;)
        {
            if (!seen.Add(number))
                throw ExtError.Corrupt("EXT4-125", $"list of orphans comes back to inode {number}; run e2fsck on the volume");
            number = Clean(number, hasLink: true);
        }

        if (seen.Count > 0)
            volume.Superblock.LastOrphan = 0;
    }

    private void CleanFile()
    {
        if (volume.Geometry.OrphanFileInode is var number && number < 1)
            throw ExtError.Corrupt("EXT4-125", "orphans are said to be in a file, but there is none; run e2fsck on the volume");
        Inode inode = volume.Table.GetUsed(number);
        uint seed = inode.ChecksumSeed(volume.Geometry.ChecksumSeed);
        FileBlocks blocks = volume.Blocks.Load(inode);
        long count = volume.Map.GetSize(inode) / volume.Geometry.BlockSize;
        for (long fileBlock = 0; fileBlock < count; fileBlock++)
        {
            long block = blocks.Find(fileBlock);
            if (block == 0)
                throw ExtError.Corrupt("EXT4-125", $"orphan file has a hole at block {fileBlock}; run e2fsck on the volume");
            CleanBlock(block, seed);
        }

        volume.Superblock.Clear(ReadOnlyCompatibleFeatures.OrphanPresent);
    }

    private void CleanBlock(long block, uint seed)
    {
        byte[] bytes = volume.Store.Get(block);
        int end = bytes.Length - TailSize;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end));
        if (magic != BlockMagic)
            throw ExtError.Corrupt("EXT4-125",
                $"block {block} of the orphan file has magic 0x{magic:x8}, 0x{BlockMagic:x8} needed; run e2fsck on the volume");
        if (!bytes.AsSpan(0, end).ContainsAnyExcept((byte)0))
            return;
        for (int i = 0; i < end; i += sizeof(uint))
        {
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i));
            if (number != 0)
                Clean(number, hasLink: false);
        }

        bytes = volume.Store.Edit(block);
        bytes.AsSpan(0, end).Clear();
        if (!volume.Geometry.HasChecksums)
            return;
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, block);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(end + sizeof(uint)), Crc32C.Append(Crc32C.Append(seed, place), bytes.AsSpan(0, end)));
    }

    /// <returns>The next of the list.</returns>
    private long Clean(long number, bool hasLink)
    {
        Inode view = volume.Table[number];
        if (number < volume.Geometry.FirstInode || view.Type is not { } type)
            throw ExtError.Corrupt("EXT4-125", $"list of orphans has inode {number} with mode 0x{view.Mode:x4}; run e2fsck on the volume");
        WritableInode inode = volume.Inodes.Take(number);
        uint next = hasLink ? inode.DeletionTime : 0;
        if (inode.LinkCount == 0)
        {
            new NodeRemover(volume).Delete(inode);
            return next;
        }

        inode.DeletionTime = 0;
        if (type == NodeType.File && (inode.Flags & InodeFlags.InlineData) == 0)
            volume.Contents.CutToSize(inode);
        inode.Seal();
        return next;
    }
}
