using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>What the partition tables of a disk say.</summary>
/// <param name="Scheme"><c>mbr</c>, <c>gpt</c>, or <c>none</c>.</param>
/// <param name="SectorSize">512 or 4096 bytes.</param>
/// <param name="Partitions">Ascending by number, disjoint and within the disk, without extended partitions themselves; empty for
/// <c>none</c>.</param>
/// <param name="Warnings">What was wrong and how it was got around, one sentence each.</param>
public sealed record PartitionTable(string Scheme, int SectorSize, IReadOnlyList<Partition> Partitions, IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// Where partitions were said to be that were left out because they overlap others: what there is free in one may be in use in another.
    /// </summary>
    public IReadOnlyList<ByteRange> LeftOut { get; init; } = [];

    /// <summary>Where file systems may be: the partitions; the bare disk, as number 0, when there are none.</summary>
    public IReadOnlyList<Partition> Volumes { get; private init; } = [];

    private static readonly int[] AllSectorSizes = [SectorSizes.Small, SectorSizes.Large];

    /// <summary>
    /// Reads the tables of a disk; never throws for what a disk says: an unreadable table is <c>none</c> with a warning. What the container
    /// under the disk throws passes through.
    /// </summary>
    /// <param name="disk">The flat disk, such as <see cref="DiskImage.Content"/>. Not owned.</param>
    /// <param name="limits">What reading them may spend; null for <see cref="Limits.Default"/>.</param>
    public static PartitionTable Read(IByteSource disk, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(disk);
        PartitionTable table = ReadTables(disk, limits ?? Limits.Default);
        return table with
        {
            Volumes = table.Partitions.Count > 0 ? table.Partitions
            : [new Partition(0, new ByteRange(0, disk.Length), "", "")]
        };
    }

    private static PartitionTable ReadTables(IByteSource disk, Limits limits)
    {
        MbrEntry[]? entries = disk.Length < 512 ? null : MbrReader.TryReadEntries(disk, 0, SectorSizes.Small);
        bool isValidMbr = entries is not null && Array.TrueForAll(entries, entry => entry.HasValidIndicator);
        bool isProtective = isValidMbr && Array.Exists(entries!, entry => entry.Type == MbrEntry.Protective);
        bool hasPartitions = isValidMbr && Array.Exists(entries!, entry => entry.HasSectors);

        // As in Linux, an MBR with partitions of its own and no protective one has replaced a GPT, whose remains may still be whole.
        var warnings = new List<string>();
        if (isProtective || !hasPartitions)
        {
            if (ReadGpt(disk, isProtective, limits, warnings) is PartitionTable gpt)
                return gpt;
            if (isProtective)
                return new PartitionTable("none", SectorSizes.Small, [], warnings);
        }

        if (entries is null || IsFileSystem(disk, entries, isValidMbr))
            return new PartitionTable("none", SectorSizes.Small, [], warnings);
        if (!isValidMbr)
        {
            MbrEntry wrong = Array.Find(entries, entry => !entry.HasValidIndicator);
            warnings.Add(
                "the first sector ends in 55 AA but is not a partition table: the boot indicator of entry "
                + $"{Array.IndexOf(entries, wrong) + 1} is 0x{wrong.BootIndicator:x2}, 0x00 or 0x80 allowed");
            return new PartitionTable("none", SectorSizes.Small, [], warnings);
        }

        if (!hasPartitions)
            return new PartitionTable(Array.TrueForAll(entries, entry => entry.IsEmpty) ? "mbr" : "none", SectorSizes.Small, [], warnings);
        int sectorSize = SectorSizes.Guess(disk, entries);
        PartitionList list = MbrReader.Read(disk, entries, sectorSize, limits);
        return new PartitionTable("mbr", sectorSize, list.ToSorted(), [.. warnings, .. list.Warnings]) { LeftOut = list.LeftOut };
    }

    private static PartitionTable? ReadGpt(IByteSource disk, bool isProtective, Limits limits, List<string> warnings)
    {
        var problems = new List<string>();
        // The size whose primary is in its place comes first: the other may have left a backup behind.
        foreach (int sectorSize in AllSectorSizes.OrderByDescending(size => GptReader.HasPrimarySignature(disk, size)))
        {
            // A backup alone may be what is left of an earlier life of the disk, so it counts only where something announces it.
            if (!GptReader.HasPrimarySignature(disk, sectorSize) && !isProtective)
                continue;
            var found = new List<string>();
            if (GptReader.Read(disk, sectorSize, limits, found) is PartitionTable table)
                return isProtective ? table : table with { Warnings = [.. table.Warnings, "the disk has a GPT but no protective MBR"] };
            problems.AddRange(found.Select(problem => $"in sectors of {sectorSize} bytes, {problem}"));
        }

        warnings.AddRange(problems);
        return null;
    }

    // The code of a boot sector may look like partitions. Those of a real table lie within the disk and apart from each other.
    private static bool IsFileSystem(IByteSource disk, MbrEntry[] entries, bool isValidMbr)
    {
        Span<byte> sector = stackalloc byte[512];
        disk.ReadExactly(0, sector);
        if (!BootSector.IsFileSystem(sector))
            return false;
        if (!isValidMbr || !Array.Exists(entries, entry => entry.HasSectors && entry.FirstSector > 0))
            return true;
        return MbrReader.Read(disk, entries, SectorSizes.Small, Limits.Default).Warnings.Count > 0;
    }
}
