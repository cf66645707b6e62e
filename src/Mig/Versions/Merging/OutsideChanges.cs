using Mig.Core;
using Mig.FileSystems;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;
using Mig.Versions.Compare;

namespace Mig.Versions.Merging;

/// <summary>
/// Finds what a side changed on a disk that no file tells: partition table, boot code, volumes that nobody looked into, and what
/// superblocks say of file systems as a whole. It is not merged: one side's disk has all of it.
/// </summary>
internal static class OutsideChanges
{
    private const int StepSize = 1 << 16;

    // Features that Linux turns on when a file first needs them; a writer does so, too.
    private static readonly string[] OfFiles = ["ext_attr", "large_file", "dir_nlink", "verity"];

    /// <summary>Returns what a side changed and the other one does not have; empty when that is nothing.</summary>
    public static IReadOnlyList<OutsideChange> Find(IContentSource store, ImageDisk before, ImageDisk side, ImageDisk other)
    {
        var found = new List<OutsideChange>();
        if (before.Length != side.Length)
            return [new OutsideChange($"the disk has {side.Length} bytes, had {before.Length}")];
        var map = new DiskMap(side);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var old = new LayoutSource(store, before.Layout, before.Length);
        using var left = new LayoutSource(store, side.Layout, side.Length);
        using var right = new LayoutSource(store, other.Layout, other.Length);
        foreach (LayoutChange change in new LayoutDiff(store).Compare(before.Layout, before.Length, side.Layout, side.Length))
        {
            foreach ((ByteRange range, DiskRegion region, ImageVolume? volume) in map.Split(change.Range))
            {
                string name = Name(region, volume);
                if (region is not (DiskRegion.Superblock or DiskRegion.FileSystem) && !names.Contains(name) && Differs(old, left, range)
                    && (range.End > other.Length || Differs(left, right, range)))
                    names.Add(name);
            }
        }

        found.AddRange(names.Select(name => new OutsideChange(name)));
        found.AddRange(FindSettings(store, before, side, other));
        return found;
    }

    /// <summary>All changes as one sentence.</summary>
    public static string Describe(IReadOnlyList<OutsideChange> changes) => string.Join("; ", changes.Select(change => change.Sentence));

    private static IEnumerable<OutsideChange> FindSettings(IContentSource store, ImageDisk before, ImageDisk side, ImageDisk other)
    {
        IReadOnlyList<VolumePair> pairs = ImagePairing.PairVolumes(new MachineImage([before]), new MachineImage([side])),
            others = ImagePairing.PairVolumes(new MachineImage([before]), new MachineImage([other]));
        foreach (VolumePair pair in pairs)
        {
            if (pair is not { Before: { Root: not null } was, After: { Root: not null } now })
                continue;
            IReadOnlyList<SettingChange> changes = SettingComparer.Compare(store, before, was, side, now);
            if (changes.Count == 0)
                continue;
            Dictionary<string, string> there = others.FirstOrDefault(item => item.Before == was)?.After is { } volume
                ? SettingComparer.Compare(store, before, was, other, volume)
                    .ToDictionary(change => change.Name, change => change.After, StringComparer.Ordinal)
                : [];
            foreach (SettingChange change in changes.Where(change => there.GetValueOrDefault(change.Name, change.Before) != change.After))
            {
                bool isOfFiles = change.After == "on" && OfFiles.Any(feature => change.Name == VolumeSettings.FeaturePrefix + feature);
                yield return new OutsideChange($"volume {now.Number}: {change.Name} '{change.Before}' -> '{change.After}'", !isOfFiles);
            }
        }
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
        DiskRegion.Unread => $"volume {volume?.Number}, which mig does not look into",
        _ => "what lies between the partitions",
    };
}
