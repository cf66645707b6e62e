using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>A directory whose entries change.</summary>
/// <param name="volume">Where it is.</param>
/// <param name="firstCluster">0 for the root directory of FAT12 and FAT16.</param>
internal sealed class DirectoryFile(WritableVolume volume, int firstCluster)
{
    /// <summary>Returns all names.</summary>
    public List<FatEntry> Read() => volume.Directories.Read(firstCluster);

    /// <summary>Adds a name.</summary>
    /// <param name="entry">Its short entry; name and case are set.</param>
    /// <returns>Where the short entry lies on the volume.</returns>
    /// <exception cref="RefusedOperationException">The directory has no room and cannot grow.</exception>
    public long Insert(string name, ReadOnlySpan<byte> entry)
    {
        var taken = new HashSet<string>(Read().Select(static known => Key(known.Bytes)), StringComparer.Ordinal);
        byte[] slots = EntrySlots.Make(name, entry, bytes => taken.Contains(Key(bytes)));
        int count = slots.Length / DirectorySlot.Size;
        List<ByteRange> ranges = volume.Directories.GetRanges(firstCluster);
        int first = FindRoom(ranges, count, out int end, out int slotCount);
        if (first + count > slotCount)
            ranges = Grow(first + count - slotCount, slotCount, name);
        for (int i = 0; i < count; i++)
            volume.Store.Write(OffsetOf(ranges, first + i), slots.AsSpan(i * DirectorySlot.Size, DirectorySlot.Size));

        // Behind the end mark anything may lie, and the mark moves on.
        if (first + count > end && first + count < slotCount)
            volume.Store.EditSlot(OffsetOf(ranges, first + count)).Clear();
        return OffsetOf(ranges, first + count - 1);
    }

    /// <summary>Takes a name away.</summary>
    public void Remove(FatEntry entry)
    {
        List<ByteRange> ranges = volume.Directories.GetRanges(firstCluster);
        for (int slot = entry.FirstSlot; slot <= entry.Slot; slot++)
            volume.Store.EditSlot(OffsetOf(ranges, slot))[0] = DirectorySlot.Deleted;
    }

    /// <summary>Makes the entry <c>..</c> lead to another directory.</summary>
    /// <exception cref="CorruptImageException">There is none.</exception>
    public void SetParent(int cluster)
    {
        long offset = volume.Directories.GetRanges(firstCluster)[0].Offset + DirectorySlot.Size;
        Span<byte> slot = volume.Store.EditSlot(offset);
        if (!new DirectorySlot(slot).ShortName.SequenceEqual("..         "u8))
            throw FatError.Corrupt("FAT-103",
                $"directory at cluster {firstCluster}: its second entry at {offset} is not \"..\"; run fsck.fat on the volume");
        EntrySlots.SetFirstCluster(slot, cluster, volume.Geometry.Type);
    }

    private static string Key(ReadOnlySpan<byte> entry) => string.Create(ShortName.Size, entry[..ShortName.Size], static (text, bytes) =>
    {
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)bytes[i];
    });

    private static long OffsetOf(List<ByteRange> ranges, int slot)
    {
        long offset = (long)slot * DirectorySlot.Size;
        foreach (ByteRange range in ranges)
        {
            if (offset < range.Length)
                return range.Offset + offset;
            offset -= range.Length;
        }

        throw new ArgumentOutOfRangeException(nameof(slot));
    }

    /// <summary>Finds the first run of free slots; it may reach over the end of the directory.</summary>
    /// <param name="end">The first slot that was never used.</param>
    private int FindRoom(List<ByteRange> ranges, int count, out int end, out int slotCount)
    {
        slotCount = (int)(ranges.Sum(static range => range.Length) / DirectorySlot.Size);
        int number = 0;
        int free = 0;
        int found = -1;
        foreach (ByteRange range in ranges)
        {
            byte[] bytes = new byte[range.Length];
            volume.Store.ReadMetadata(range.Offset, bytes);
            for (int at = 0; at < bytes.Length; at += DirectorySlot.Size, number++)
            {
                var slot = new DirectorySlot(bytes.AsSpan(at));
                if (slot.IsEnd)
                {
                    end = number;
                    return found >= 0 ? found : number - free;
                }

                free = slot.IsDeleted ? free + 1 : 0;
                if (free == count && found < 0)
                    found = number - count + 1;
            }
        }

        end = slotCount;
        return found >= 0 ? found : slotCount - free;
    }

    private List<ByteRange> Grow(int neededSlots, int slotCount, string name)
    {
        if (firstCluster == 0)
            throw new RefusedOperationException(RefusalReason.DirectoryFull,
                $"the root directory has room for {slotCount} entries and cannot grow; there is none for \"{name}\" (a folder can grow)");
        long clusters = volume.Geometry.CountClusters((long)neededSlots * DirectorySlot.Size);
        if (((long)slotCount * DirectorySlot.Size) + (clusters * volume.Geometry.ClusterSize) > DirectoryReader.MaxLength)
            throw new RefusedOperationException(
                RefusalReason.DirectoryFull,
                $"the directory has {slotCount} entries, at most {DirectoryReader.MaxLength / DirectorySlot.Size} allowed; there is no "
                + $"room for \"{name}\"");
        foreach (ClusterRun run in volume.Table.Allocate(volume.Follow(firstCluster)[^1].Last, clusters))
            volume.Store.Clear(new ByteRange(volume.Geometry.OffsetOf(run.First), (long)run.Count * volume.Geometry.ClusterSize));
        return volume.Directories.GetRanges(firstCluster);
    }
}
