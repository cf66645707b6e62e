using Mig.Core;
using Mig.History.Images;

namespace Mig.History.Diffs;

/// <summary>Says what each place of a disk is for, from its partition table and volumes.</summary>
public sealed class DiskMap
{
    private const int BootCodeSize = 440;
    private const int BootSectorSize = 1024;
    private const int FatBootSectorSize = 512; // behind it, FAT32 counts its free clusters, or the table begins
    private const int SuperblockSize = 1024;

    // 16 KiB of entries and a header; as many before the end. The one at the front has the protective MBR before it.
    private const int GptEntriesSize = 16384;

    private readonly List<(ByteRange Range, DiskRegion Region, ImageVolume? Volume)> _parts = [];

    public DiskMap(ImageDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        bool isBare = disk.Volumes.Any(volume => volume.Number == 0);
        if (!isBare && disk.Scheme is "mbr" or "gpt")
        {
            Add(0, BootCodeSize, DiskRegion.BootCode, null);
            long table = GptEntriesSize + disk.SectorSize;
            bool isGpt = disk.Scheme == "gpt";
            Add(BootCodeSize, isGpt ? disk.SectorSize + table : disk.SectorSize, DiskRegion.PartitionTable, null);
            if (isGpt)
                Add(disk.Length - table, disk.Length, DiskRegion.PartitionTable, null);
        }

        foreach (ImageVolume volume in disk.Volumes)
        {
            (long start, long end) = (volume.Range.Offset, volume.Range.End);
            if (volume.Root is null)
            {
                Add(start, end, DiskRegion.Unread, volume);
                continue;
            }

            bool isExt = volume.FileSystem.StartsWith("ext", StringComparison.Ordinal),
                isFat = volume.FileSystem.StartsWith("fat", StringComparison.Ordinal);
            long boot = Math.Min(end, start + (isFat ? FatBootSectorSize : BootSectorSize)),
                body = Math.Min(end, boot + (isExt ? SuperblockSize : 0));
            Add(start, boot, DiskRegion.BootSector, volume);
            Add(boot, body, DiskRegion.Superblock, volume);
            Add(body, end, DiskRegion.FileSystem, volume);
        }
    }

    /// <summary>Cuts a range at the borders of regions.</summary>
    /// <remarks>Where volumes overlap, as extended partitions do with those in them, the one that begins last has it.</remarks>
    public IEnumerable<(ByteRange Range, DiskRegion Region, ImageVolume? Volume)> Split(ByteRange range)
    {
        for (long position = range.Offset; position < range.End;)
        {
            long end = range.End;
            (ByteRange Range, DiskRegion Region, ImageVolume? Volume)? found = null;
            foreach ((ByteRange Range, DiskRegion Region, ImageVolume? Volume) part in _parts)
            {
                if (part.Range.Offset > position)
                {
                    end = Math.Min(end, part.Range.Offset);
                    continue;
                }

                if (part.Range.End > position && (found is null || part.Range.Offset >= found.Value.Range.Offset))
                    found = part;
            }

            if (found is { } place)
                end = Math.Min(end, place.Range.End);
            yield return (ByteRange.FromBounds(position, end), found?.Region ?? DiskRegion.BetweenPartitions, found?.Volume);
            position = end;
        }
    }

    private void Add(long start, long end, DiskRegion region, ImageVolume? volume)
    {
        if (end > start && start >= 0)
            _parts.Add((ByteRange.FromBounds(start, end), region, volume));
    }
}
