using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Lists directories. All blocks are read in file order; those of the hash index look like blocks without names.</summary>
internal sealed class DirectoryReader(IBlockReader reader, Geometry geometry, FileMap map, Limits limits)
{
    public List<DirectoryEntry> Read(Inode inode)
    {
        var entries = new List<DirectoryEntry>();
        if ((inode.Flags & InodeFlags.InlineData) != 0)
            ReadInline(inode, entries);
        else
            ReadBlocks(inode, entries);
        return entries;
    }

    private void ReadInline(Inode inode, List<DirectoryEntry> entries)
    {
        // Four bytes with the parent stand in place of "." and "..".
        bool isEncrypted = (inode.Flags & InodeFlags.Encrypted) != 0;
        AddNames(new DirectoryEntries(inode.BlockMap[sizeof(uint)..], inode.Offset, inode.Number), isEncrypted, entries);
        AddNames(new DirectoryEntries(InlineData.GetRest(inode), inode.Offset, inode.Number), isEncrypted, entries);
    }

    private void ReadBlocks(Inode inode, List<DirectoryEntry> entries)
    {
        long size = map.GetSize(inode);
        if (size % geometry.BlockSize != 0)
            throw inode.Corrupt("EXT4-068", $"directory has {size} bytes, a multiple of {geometry.BlockSize} needed");
        bool isEncrypted = (inode.Flags & InodeFlags.Encrypted) != 0;
        bool isIndexed = (inode.Flags & InodeFlags.Indexed) != 0;
        uint seed = geometry.HasChecksums ? inode.ChecksumSeed(geometry.ChecksumSeed) : 0;
        long next = 0;
        FileExtent[] runs = map.GetRuns(inode, size);
        CheckDistinct(inode, runs);
        foreach (FileExtent run in runs)
        {
            if (run.FileOffset != next)
                break;
            for (; next < run.FileOffset + run.Length; next += geometry.BlockSize)
            {
                long offset = run.VolumeOffset + (next - run.FileOffset);
                var block = new DirectoryBlock(reader.GetBlock(offset / geometry.BlockSize), offset, inode.Number);
                if (geometry.HasChecksums)
                    block.CheckChecksum(isIndexed, next == 0, seed);
                AddNames(block.Entries, isEncrypted, entries);
            }
        }

        if (next != size)
            throw inode.Corrupt("EXT4-060", $"directory of {size} bytes has a hole at {next}, none allowed");
    }

    // A small image could else hold a directory of any length, which the caller keeps in memory.
    private static void CheckDistinct(Inode inode, FileExtent[] runs)
    {
        if (runs.Length < 2)
            return;
        FileExtent[] sorted = [.. runs];
        Array.Sort(sorted, static (left, right) => left.VolumeOffset.CompareTo(right.VolumeOffset));
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].VolumeOffset < sorted[i - 1].VolumeOffset + sorted[i - 1].Length)
                throw inode.Corrupt("EXT4-058", $"directory uses the block at {sorted[i].VolumeOffset} twice, once allowed");
        }
    }

    // Two passes, so that all names of a block take one allocation.
    private void AddNames(DirectoryEntries block, bool isEncrypted, List<DirectoryEntry> entries)
    {
        DirectoryEntries pass = block;
        int count = 0;
        int length = 0;
        while (pass.MoveNext())
        {
            if (!pass.IsNamed)
                continue;
            Check(pass, isEncrypted);
            count++;
            length += pass.Name.Length;
        }

        if (count == 0)
            return;
        if (entries.Count + count > limits.MaxDirectoryEntries)
            throw block.Corrupt("EXT4-069", $"more than {limits.MaxDirectoryEntries} entries, at most {limits.MaxDirectoryEntries} allowed");
        byte[] names = GC.AllocateUninitializedArray<byte>(length);
        int start = 0;
        while (block.MoveNext())
        {
            if (!block.IsNamed)
                continue;
            block.Name.CopyTo(names.AsSpan(start));
            entries.Add(new DirectoryEntry(names.AsMemory(start, block.Name.Length), block.Inode));
            start += block.Name.Length;
        }
    }

    private void Check(DirectoryEntries entry, bool isEncrypted)
    {
        uint inode = entry.Inode;
        bool isReserved = inode < geometry.FirstInode && inode != Geometry.RootInode;
        if (isReserved || inode > geometry.InodeCount || geometry.HiddenInodes.Contains(inode))
            throw entry.Corrupt("EXT4-063", $"the entry before it names inode {inode}, {Geometry.RootInode} or {geometry.FirstInode} to {geometry.InodeCount}, and no hidden one, allowed");

        // Encrypted names are any bytes; others come from a system call that takes neither of these two.
        if (!isEncrypted && entry.Name.ContainsAny((byte)'/', (byte)0))
            throw entry.Corrupt("EXT4-070", "the entry before it has a name with a slash or a zero byte");
    }
}
