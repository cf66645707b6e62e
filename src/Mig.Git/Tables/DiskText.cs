using System.Globalization;
using System.Text;
using Mig.History.Images;
using Mig.Machines.Coverage;
using Mig.Machines.Files;

namespace Mig.Git.Tables;

/// <summary>The disks of a machine, their partition tables, volumes and file systems: a line for each fact, so that a change of one is a
/// change of one line.</summary>
internal static class DiskText
{
    public static byte[] Write(MachineImage image)
    {
        var text = new StringBuilder();
        foreach (ImageDisk disk in image.Disks)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(CultureInfo.InvariantCulture, $"disk {Cell.Escape(disk.Name)}\n");
            Line(text, "size", $"{Number(disk.Length)} bytes");
            Line(text, "partition table", disk.Scheme);
            Line(text, "sector size", Number(disk.SectorSize));
            foreach (ImageVolume volume in disk.Volumes)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  volume {Cell.Escape(ImageVolumes.PrefixOf(image, disk, volume))}\n");
                Line(text, "  offset", Number(volume.Range.Offset));
                Line(text, "  size", $"{Number(volume.Range.Length)} bytes");
                Line(text, "  partition type", volume.PartitionType);
                Line(text, "  partition name", volume.PartitionName);
                Line(text, "  file system", volume.FileSystem);
                Line(text, "  label", volume.Label);
                Line(text, "  uuid", volume.Uuid);
                Line(text, "  not seen", volume.Root is null ? volume.Reason : volume.Unread.Count > 0 ? UnreadSentence.Of(volume) : "");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"  {name}: {Cell.Escape(value)}\n");
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
