using Mig.Core;
using Mig.Disks.Partitions;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Machines.Mounts;

/// <summary>Finds the volume of an image that a machine means by the name of a device.</summary>
internal sealed class VolumeFinder(IContentSource store, MachineImage image)
{
    private readonly Dictionary<ImageDisk, PartitionTable> _tables = [];

    /// <returns>Null when it is not in the image, as far as can be told.</returns>
    public ImageVolume? Find(string device)
    {
        (string tag, string value) = DeviceName.ReadTag(device);
        return tag switch
        {
            "UUID" => First(volume => volume.Uuid.Length > 0 && volume.Uuid.Equals(value, StringComparison.OrdinalIgnoreCase)),
            "LABEL" => First(volume => volume.Label.Length > 0 && volume.Label == value),
            "PARTLABEL" => First(volume => volume.PartitionName.Length > 0 && volume.PartitionName == value),
            "PARTUUID" => FindPartition(value),
            "" => DeviceName.ReadNode(value) is { } node ? FindNode(node.Disk, node.Partition) : FindOfOnlyDisk(value),
            _ => FindOfOnlyDisk(value),
        };
    }

    /// <summary>The partition table of a disk, read from the disk itself.</summary>
    public PartitionTable ReadTable(ImageDisk disk)
    {
        if (!_tables.TryGetValue(disk, out PartitionTable? table))
        {
            using LayoutSource source = Open(disk);
            _tables.Add(disk, table = PartitionTable.Read(source, Limits.Default));
        }

        return table;
    }

    /// <summary>The bytes of a disk.</summary>
    public LayoutSource Open(ImageDisk disk) => new(store, disk.Layout, disk.Length);

    private ImageVolume? First(Func<ImageVolume, bool> isWanted) => image.Disks.SelectMany(disk => disk.Volumes).FirstOrDefault(isWanted);

    private ImageVolume? FindPartition(string id)
    {
        foreach (ImageDisk disk in image.Disks)
        {
            Partition? partition = ReadTable(disk).Partitions.FirstOrDefault(partition =>
                partition.UniqueId.Equals(id, StringComparison.OrdinalIgnoreCase));
            if (partition is not null)
                return disk.Volumes.FirstOrDefault(volume => volume.Number == partition.Number);
        }

        return null;
    }

    private ImageVolume? FindNode(int disk, int partition) =>
        disk >= image.Disks.Count ? null : image.Disks[disk].Volumes.FirstOrDefault(volume => volume.Number == partition);

    // Serial numbers, slots and the names of multipath devices are not on a disk; where there is one disk, they mean it.
    private ImageVolume? FindOfOnlyDisk(string device)
    {
        string name = device[(device.LastIndexOf('/') + 1)..];
        bool isLogical = Array.Exists(["dm-name-", "dm-uuid-LVM", "dm-uuid-CRYPT", "lvm-", "md-"], prefix =>
            name.StartsWith(prefix, StringComparison.Ordinal));
        int partition = DeviceName.ReadPartSuffix(name);
        return isLogical || partition == 0 || image.Disks.Count != 1 ? null : FindNode(0, partition);
    }
}
