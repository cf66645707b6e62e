using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Lists directories. All blocks are read in file order; those of the hash index look like blocks without names.</summary>
internal sealed class DirectoryReader(IBlockReader reader, Geometry geometry, FileMap map, Limits limits)
{
    private const int MinEncryptedName = 16; // a block of the cipher

    /// <param name="damage">Takes what could not be read; as in the kernel, that costs the rest of its block, or a name. Null to
    /// throw.</param>
    public List<DirectoryEntry> Read(Inode inode, DamageList? damage = null)
    {
        var entries = new List<DirectoryEntry>();
        if ((inode.Flags & InodeFlags.InlineData) != 0)
            ReadInline(inode, damage, entries);
        else
            ReadBlocks(inode, damage, entries);
        return entries;
    }

    private void ReadInline(Inode inode, DamageList? damage, List<DirectoryEntry> entries)
    {
        // Four bytes with the parent stand in place of "." and "..".
        bool isEncrypted = (inode.Flags & InodeFlags.Encrypted) != 0;
        AddNames(new DirectoryEntries(inode.BlockMap[sizeof(uint)..], inode.Offset, inode.Number), isEncrypted, damage, entries);
        AddNames(new DirectoryEntries(InlineData.GetRest(inode), inode.Offset, inode.Number), isEncrypted, damage, entries);
    }

    private void ReadBlocks(Inode inode, DamageList? damage, List<DirectoryEntry> entries)
    {
        long size = map.GetSize(inode);
        if (size % geometry.BlockSize != 0)
        {
            Take(inode.Corrupt("EXT4-068", $"directory has {size} bytes, a multiple of {geometry.BlockSize} needed"), damage);
            size += geometry.BlockSize - (size % geometry.BlockSize);
        }

        long next = 0;
        FileExtent[] runs = map.GetRuns(inode, size, damage);
        HashSet<long>? seen = CheckDistinct(inode, runs, damage) ? null : [];
        foreach (FileExtent run in runs)
        {
            if (run.FileOffset != next)
                TakeHole(inode, size, next, damage);
            for (next = run.FileOffset; next < run.FileOffset + run.Length; next += geometry.BlockSize)
            {
                long offset = run.VolumeOffset + (next - run.FileOffset);
                if (seen?.Add(offset) != false)
                    ReadBlock(inode, offset, next == 0, damage, entries);
            }
        }

        if (next != size)
            TakeHole(inode, size, next, damage);
    }

    private void ReadBlock(Inode inode, long offset, bool isFirst, DamageList? damage, List<DirectoryEntry> entries)
    {
        var block = new DirectoryBlock(reader.GetBlock(offset / geometry.BlockSize), offset, inode.Number);
        if (geometry.HasChecksums)
        {
            try
            {
                block.CheckChecksum((inode.Flags & InodeFlags.Indexed) != 0, isFirst, inode.ChecksumSeed(geometry.ChecksumSeed));
            }
            catch (CorruptImageException e) when (damage is not null)
            {
                damage.Add(e);
                return;
            }
        }

        AddNames(block.Entries, (inode.Flags & InodeFlags.Encrypted) != 0, damage, entries);
    }

    private static void TakeHole(Inode inode, long size, long at, DamageList? damage) =>
        Take(inode.Corrupt("EXT4-060", $"directory of {size} bytes has a hole at {at}, none allowed"), damage);

    // A small image could else hold a directory of any length, which the caller keeps in memory.
    private static bool CheckDistinct(Inode inode, FileExtent[] runs, DamageList? damage)
    {
        if (runs.Length < 2)
            return true;
        FileExtent[] sorted = [.. runs];
        Array.Sort(sorted, static (left, right) => left.VolumeOffset.CompareTo(right.VolumeOffset));
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].VolumeOffset >= sorted[i - 1].VolumeOffset + sorted[i - 1].Length)
                continue;
            Take(inode.Corrupt("EXT4-058", $"directory uses the block at {sorted[i].VolumeOffset} twice, once allowed"), damage);
            return false;
        }

        return true;
    }

    // Two passes, so that all names of a block take one allocation.
    private void AddNames(DirectoryEntries block, bool isEncrypted, DamageList? damage, List<DirectoryEntry> entries)
    {
        DirectoryEntries pass = block;
        int count = 0;
        int length = 0;
        try
        {
            while (pass.MoveNext())
            {
                if (!pass.IsNamed)
                    continue;
                if (FindFault(pass, isEncrypted) is { } fault)
                {
                    Take(fault, pass.Name, damage);
                    continue;
                }

                count++;
                length += pass.Name.Length;
            }
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            // Where the next entry would be is not known: the rest of the block is lost.
            damage.Add(e);
        }

        if (count == 0)
            return;
        if (entries.Count + count > limits.MaxDirectoryEntries)
            throw block.Corrupt("EXT4-069",
                $"more than {limits.MaxDirectoryEntries} entries, at most {limits.MaxDirectoryEntries} allowed");
        byte[] names = GC.AllocateUninitializedArray<byte>(length);
        int start = 0;
        while (start < length && block.MoveNext())
        {
            if (!block.IsNamed || (damage is not null && FindFault(block, isEncrypted) is not null))
                continue;
            block.Name.CopyTo(names.AsSpan(start));
            entries.Add(new DirectoryEntry(names.AsMemory(start, block.Name.Length), block.Inode));
            start += block.Name.Length;
        }
    }

    private CorruptImageException? FindFault(DirectoryEntries entry, bool isEncrypted)
    {
        uint inode = entry.Inode;
        bool isReserved = inode < geometry.FirstInode && inode != Geometry.RootInode;
        if (isReserved || inode > geometry.InodeCount || geometry.HiddenInodes.Contains(inode))
            return entry.Corrupt("EXT4-063",
                $"the entry before it names inode {inode}, {Geometry.RootInode} or {geometry.FirstInode} to {geometry.InodeCount}, and no "
                + "hidden one, allowed");

        if (isEncrypted && entry.Name.Length < MinEncryptedName)
            return entry.Corrupt("EXT4-070",
                $"the entry before it has a name of {entry.Name.Length} bytes, at least {MinEncryptedName} needed where names are "
                    + "encrypted");

        // Encrypted names are any bytes; others come from a system call that takes neither of these two.
        return !isEncrypted && entry.Name.ContainsAny((byte)'/', (byte)0)
            ? entry.Corrupt("EXT4-070", "the entry before it has a name with a slash or a zero byte") : null;
    }

    private static void Take(CorruptImageException fault, DamageList? damage) => Take(fault, [], damage);

    private static void Take(CorruptImageException fault, ReadOnlySpan<byte> name, DamageList? damage)
    {
        if (damage is null)
            throw fault;
        damage.Add(name, fault);
    }
}
