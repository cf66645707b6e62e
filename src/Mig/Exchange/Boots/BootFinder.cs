using Mig.Core;
using Mig.Disks.Partitions;

namespace Mig.Exchange.Boots;

/// <summary>Looks at disks for what starts a machine. Whatever they hold, it is only looked at.</summary>
internal sealed class BootFinder(Limits limits)
{
    private const string BiosBootType = "21686148-6449-6e6f-744e-656564454649";
    private const string LoaderFolder = "EFI/BOOT";
    private const int CodeSize = 440;
    private const int EntriesOffset = 446;
    private const int EntrySize = 16;
    private const byte Active = 0x80;
    private const int SectorSize = 512;

    /// <summary>Finds what starts a machine with these disks: the first disk that can.</summary>
    /// <param name="firmware">What is wanted; null for whatever there is: the boot code of the BIOS before UEFI, both before a
    /// kernel.</param>
    /// <exception cref="UnsupportedFeatureException">None can; says what was looked for.</exception>
    public BootWay Find(IReadOnlyList<IByteSource> disks, BootFirmware? firmware)
    {
        for (int i = 0; i < disks.Count; i++)
        {
            PartitionTable table = PartitionTable.Read(disks[i], limits);
            if (Look(disks[i], table, firmware) is { } way)
                return way with { Disk = i };
        }

        // A kernel is no promise of the disk to start a machine, so it comes after all the disks that make one.
        for (int i = 0; firmware is null or BootFirmware.Kernel && i < disks.Count; i++)
        {
            if (KernelFinder.Find(disks[i], PartitionTable.Read(disks[i], limits), limits) is { } found)
                return new BootWay(BootFirmware.Kernel, found.Architecture, i, found.Kernel);
        }

        throw new UnsupportedFeatureException("starting this version", (firmware switch
        {
            BootFirmware.Bios => "none of its disks has boot code in its first sector",
            BootFirmware.Uefi => "none of its disks has a loader /EFI/BOOT/BOOTX64.EFI or BOOTAA64.EFI on a FAT volume",
            BootFirmware.Kernel => "none of its ext and FAT volumes has a Linux kernel vmlinuz-* in / or /boot",
            _ => "none of its disks has boot code in its first sector, a loader /EFI/BOOT/BOOTX64.EFI or BOOTAA64.EFI on a FAT volume, or "
                + "a Linux kernel vmlinuz-* in / or /boot",
        }) + (firmware is null ? "" : "; without --firmware, whatever there is starts it"));
    }

    private BootWay? Look(IByteSource disk, PartitionTable table, BootFirmware? firmware)
    {
        if (firmware is BootFirmware.Kernel)
            return null;
        bool hasCode = HasCode(disk);
        if (firmware is BootFirmware.Bios)
            return hasCode ? new BootWay(BootFirmware.Bios, BootArchitecture.X64, 0) : null;
        List<BootArchitecture> loaders = FindLoaders(disk, table);
        bool isBios = firmware is null && hasCode && (loaders.Count == 0 || HasMoreCode(disk, table));
        if (isBios)
            return new BootWay(BootFirmware.Bios, BootArchitecture.X64, 0);
        return loaders.Count > 0 ? new BootWay(BootFirmware.Uefi, loaders[0], 0) : null;
    }

    private static bool HasCode(IByteSource disk)
    {
        if (disk.Length < SectorSize)
            return false;
        Span<byte> sector = stackalloc byte[SectorSize];
        disk.ReadExactly(0, sector);
        return sector[510] == 0x55 && sector[511] == 0xAA && sector[..CodeSize].ContainsAnyExcept((byte)0);
    }

    // Tools that write partition tables and file systems leave code behind that only prints a message. Where there is a loader for UEFI,
    // too, there must be more of it: a partition for it, an active one, or what GRUB puts behind the first sector.
    private static bool HasMoreCode(IByteSource disk, PartitionTable table)
    {
        if (table.Scheme == "gpt")
            return table.Partitions.Any(partition => partition.Type == BiosBootType && HasBytes(disk, partition.Range.Offset));
        if (table.Scheme != "mbr")
            return false;
        Span<byte> sector = stackalloc byte[SectorSize];
        disk.ReadExactly(0, sector);
        for (int i = 0; i < 4; i++)
        {
            if (sector[EntriesOffset + (i * EntrySize)] == Active)
                return true;
        }

        return HasBytes(disk, SectorSize);
    }

    private static bool HasBytes(IByteSource disk, long offset)
    {
        Span<byte> sector = stackalloc byte[SectorSize];
        if (offset > disk.Length - SectorSize)
            return false;
        disk.ReadExactly(offset, sector);
        return sector.ContainsAnyExcept((byte)0);
    }

    private List<BootArchitecture> FindLoaders(IByteSource disk, PartitionTable table)
    {
        var found = new List<BootArchitecture>();
        foreach (Partition partition in table.Volumes)
        {
            using VolumeFiles? files = VolumeFiles.Open(new SubSource(disk, partition.Range), limits);
            if (files?.IsFat != true)
                continue;
            HashSet<string> names = [.. files.List(LoaderFolder).Select(item => item.Name.ToUpperInvariant())];
            found.AddRange(BootArchitecture.All.Where(item => names.Contains(item.LoaderName)));
        }

        return [.. found.OrderBy(item => Array.IndexOf(BootArchitecture.All, item))];
    }
}
