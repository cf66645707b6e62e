using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Merging;

/// <summary>Finds what a side changed on a disk outside of file systems: partition table, boot code, volumes that nobody looked into. Such bytes are not merged.</summary>
internal static class OutsideChanges
{
    private const int StepSize = 1 << 16;

    /// <summary>Returns what they changed there and we do not have, as words; empty when that is nothing.</summary>
    public static IReadOnlyList<string> Find(IContentSource store, ImageDisk before, ImageDisk ours, ImageDisk theirs)
    {
        var found = new List<string>();
        if (before.Length != theirs.Length && ours.Length != theirs.Length)
            found.Add($"the disk has {theirs.Length} bytes there, {ours.Length} here and had {before.Length}");
        if (before.Length != theirs.Length || before.Length != ours.Length)
            return found;
        var map = new DiskMap(theirs);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var old = new LayoutSource(store, before.Layout, before.Length);
        using var left = new LayoutSource(store, ours.Layout, ours.Length);
        using var right = new LayoutSource(store, theirs.Layout, theirs.Length);
        foreach (LayoutChange change in new LayoutDiff(store).Compare(before.Layout, before.Length, theirs.Layout, theirs.Length))
        {
            foreach ((ByteRange range, DiskRegion region, ImageVolume? volume) in map.Split(change.Range))
            {
                string name = Name(region, volume);
                if (region is not (DiskRegion.Superblock or DiskRegion.FileSystem) && !names.Contains(name) && Differs(old, right, range) && Differs(left, right, range))
                    names.Add(name);
            }
        }

        found.AddRange(names.Select(name => $"{name} changed there, and bytes outside of files are not merged"));
        return found;
    }

    private static bool Differs(IByteSource left, IByteSource right, ByteRange range)
    {
        byte[] a = new byte[StepSize], b = new byte[StepSize];
        for (long offset = range.Offset; offset < range.End; offset += StepSize)
        {
            int length = (int)Math.Min(StepSize, range.End - offset);
            left.ReadExactly(offset, a.AsSpan(0, length));
            right.ReadExactly(offset, b.AsSpan(0, length));
            if (!a.AsSpan(0, length).SequenceEqual(b.AsSpan(0, length)))
                return true;
        }

        return false;
    }

    private static string Name(DiskRegion region, ImageVolume? volume) => region switch
    {
        DiskRegion.BootCode => "the boot code",
        DiskRegion.PartitionTable => "the partition table",
        DiskRegion.BootSector => $"the boot sector of volume {volume?.Number}",
        DiskRegion.Unread => $"volume {volume?.Number}, which mig does not look into,",
        _ => "what lies between the partitions",
    };
}
