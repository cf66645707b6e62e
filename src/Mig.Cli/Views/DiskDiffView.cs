using System.Globalization;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.Versions.Compare;

namespace Mig.Cli.Views;

/// <summary>Prints what differs outside of files.</summary>
internal sealed class DiskDiffView(TextOutput output, Palette palette)
{
    public void Write(IReadOnlyList<DiskComparison> disks)
    {
        foreach (DiskComparison disk in disks)
        {
            output.WriteLine(palette.Bold($"disk {SafeText.Name((disk.After ?? disk.Before)!.Name)}: {Change(disk)}"));
            foreach (RegionChange region in disk.Regions)
                output.WriteLine(
                    $"  {Place(region)}: {Sizes.Bytes(region.Length)} in {Sizes.Count(region.Ranges.Count, "place")}, first at "
                    + $"{region.Ranges[0].Offset.ToString(CultureInfo.InvariantCulture)}");
        }

        if (disks.Count == 0)
            output.WriteLine("the disks are the same, byte for byte");
    }

    /// <summary>What a region is called.</summary>
    public static string Name(DiskRegion region) => region switch
    {
        DiskRegion.BootCode => "boot code",
        DiskRegion.PartitionTable => "partition table",
        DiskRegion.BetweenPartitions => "between partitions",
        DiskRegion.BootSector => "boot sector",
        DiskRegion.Superblock => "superblock",
        DiskRegion.FileSystem => "metadata and deleted data",
        _ => "not looked into",
    };

    private static string Change(DiskComparison disk)
    {
        if (disk is not { Before: { } before, After: { } after })
            return disk.Before is null ? "added" : "removed";
        if (before.Length != after.Length)
            return $"{Sizes.Bytes(before.Length)} -> {Sizes.Bytes(after.Length)}";
        return disk.Regions.Count == 0 ? "differs within files only" : "differs outside of files";
    }

    /// <summary>What a region is called, with its volume.</summary>
    public static string Place(RegionChange region) => region.Volume switch
    {
        null => Name(region.Region),
        { Number: 0 } => Name(region.Region),
        ImageVolume volume => string.Create(CultureInfo.InvariantCulture, $"@{volume.Number} {Name(region.Region)}"),
    };
}
