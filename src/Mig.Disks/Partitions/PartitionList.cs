using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>Collects partitions and keeps only what can be true: within the disk, one byte in one partition, not too many.</summary>
internal sealed class PartitionList(long diskLength, Limits limits)
{
    private readonly List<Partition> _partitions = [];
    private readonly SortedList<long, Partition> _byOffset = [];

    public List<string> Warnings { get; } = [];

    /// <summary>Where partitions were said to be that overlap others, and were left out.</summary>
    public List<ByteRange> LeftOut { get; } = [];

    public int MaxCount => limits.MaxPartitions;

    /// <summary>Adds a partition, cut or left out where it must be, with a warning.</summary>
    /// <param name="firstSector">May be any number that a disk says.</param>
    /// <returns>False when there is no place for this one or any other.</returns>
    public bool Add(int number, ulong firstSector, ulong sectorCount, int sectorSize, string type, string name, string uniqueId)
    {
        ulong diskSectorCount = ((ulong)diskLength + (ulong)sectorSize - 1) / (ulong)sectorSize;
        if (_partitions.Count >= limits.MaxPartitions)
        {
            Warn($"partition {number} and those after it are left out: more than {limits.MaxPartitions} partitions");
            return false;
        }

        if (firstSector >= diskSectorCount)
        {
            Warn($"partition {number} is left out: it begins at sector {firstSector}, and the disk ends at {diskSectorCount}");
            return true;
        }

        if (sectorCount > diskSectorCount - firstSector)
        {
            Warn($"partition {number} is cut: it has {sectorCount} sectors from {firstSector}, and the disk ends at {diskSectorCount}");
            sectorCount = diskSectorCount - firstSector;
        }

        // The last sector of a file may be there in part only.
        long offset = (long)firstSector * sectorSize;
        var range = ByteRange.FromBounds(offset, Math.Min(diskLength, offset + ((long)sectorCount * sectorSize)));
        if (range.IsEmpty)
            return true;
        if (FindOverlap(range) is Partition other)
        {
            LeftOut.Add(range);
            Warn($"partition {number} is left out: its bytes {range} overlap partition {other.Number} at {other.Range}");
            return true;
        }

        var partition = new Partition(number, range, type, name) { UniqueId = uniqueId };
        _partitions.Add(partition);
        _byOffset.Add(offset, partition);
        return true;
    }

    public void Warn(string sentence)
    {
        if (Warnings.Count < limits.MaxPartitions && !Warnings.Contains(sentence))
            Warnings.Add(sentence);
    }

    public IReadOnlyList<Partition> ToSorted() => [.. _partitions.OrderBy(partition => partition.Number)];

    // Those in the list are disjoint, so only the neighbours can overlap.
    private Partition? FindOverlap(ByteRange range)
    {
        IList<long> offsets = _byOffset.Keys;
        int next = SortedSearch.First(offsets.Count, i => offsets[i] >= range.Offset);
        if (next < offsets.Count && offsets[next] < range.End)
            return _byOffset.Values[next];
        return next > 0 && _byOffset.Values[next - 1].Range.End > range.Offset ? _byOffset.Values[next - 1] : null;
    }
}
