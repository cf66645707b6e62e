using Mig.History.Images;

namespace Mig.Machines.Files;

/// <summary>The volumes of an image, and how people call them.</summary>
public static class ImageVolumes
{
    /// <summary>The volumes of an image that were looked into, with the disk each is on.</summary>
    public static IEnumerable<DiskVolume> WithFiles(MachineImage image) =>
        image.Disks.SelectMany(disk =>
            disk.Volumes.Where(volume => volume.Root is not null).Select(volume => new DiskVolume(disk, volume)));

    /// <summary>
    /// What stands before paths on a volume that is not the default one, as <c>mig ls</c> takes it back: <c>@2</c>, <c>@disk.vmdk.2</c>.
    /// </summary>
    public static string PrefixOf(MachineImage image, ImageDisk disk, ImageVolume volume)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(volume);
        bool needsDisk = image.Disks.Count > 1 || volume.Number == 0;
        string number = volume.Number == 0 ? "" : volume.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return "@" + (needsDisk ? disk.Name + (number.Length > 0 ? "." : "") : "") + number;
    }
}
