using System.Globalization;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Versions.Commits;

namespace Mig.Cli.Views;

/// <summary>Prints what an image is made of.</summary>
internal sealed class ImageView(TextOutput output, Palette palette)
{
    private const string Raw = "raw";

    /// <summary>Prints an image, its disks and their volumes.</summary>
    /// <param name="commit">The version that the image belongs to, which knows what containers the disks came in; null when none is
    /// meant.</param>
    public void Write(ImageId id, MachineImage image, Commit? commit = null)
    {
        output.WriteLine(palette.Yellow($"image {id}"));
        foreach (ImageDisk disk in image.Disks)
        {
            output.WriteLine($"disk {SafeText.Name(disk.Name)}: {Sizes.Bytes(disk.Length)}, {Table(disk)}{From(disk, commit)}");
            foreach (ImageVolume volume in disk.Volumes)
            {
                output.WriteLine("  " + Line(volume));
                foreach (UnreadPath unread in volume.Unread)
                    output.WriteLine($"    not read: {SafeText.Name([(byte)'/', .. unread.Path.Span])}: {SafeText.Line(unread.Reason)}");
            }
        }
    }

    /// <summary>Prints what stands beside the disks.</summary>
    public void WriteAttachments(IReadOnlyList<TreeEntry> attachments)
    {
        foreach (TreeEntry entry in attachments)
        {
            string sum = entry.Sha256 is { } sha256 ? $", SHA-256 {sha256}" : "";
            output.WriteLine($"attachment {SafeText.Name(entry.Name.Span)}: {Sizes.Bytes(entry.Size)}{sum}");
        }
    }

    /// <summary>What a partition table is called.</summary>
    public static string SchemeName(string scheme) => scheme switch
    {
        "none" or "" => "no partition table",
        "mbr" => "MBR",
        "gpt" => "GPT",
        _ => SafeText.Line(scheme),
    };

    private static string Table(ImageDisk disk)
    {
        string sectors = disk.SectorSize == 512 ? "" : string.Create(CultureInfo.InvariantCulture, $", sectors of {disk.SectorSize} bytes");
        return SchemeName(disk.Scheme) + sectors;
    }

    private static string From(ImageDisk disk, Commit? commit) =>
        commit is not null && DiskProvenance.FindFormat(commit, disk.Name) is { } format && format != Raw
            ? $", from {SafeText.Line(format)}" : "";

    private static string Line(ImageVolume volume)
    {
        string place = volume.Number == 0 ? "whole disk" : string.Create(CultureInfo.InvariantCulture, $"@{volume.Number}");
        string system = volume.FileSystem.Length == 0 ? "unknown" : SafeText.Line(volume.FileSystem);
        string label = volume.Label.Length == 0 ? "" : $" '{SafeText.Line(volume.Label)}'";
        string partition = volume.PartitionName.Length > 0 ? $", partition '{SafeText.Line(volume.PartitionName)}'" : "";
        string reason = volume.Reason.Length == 0 ? "" : $", not looked into: {SafeText.Line(volume.Reason)}";
        return $"{place}: {system}{label}, {Sizes.Bytes(volume.Range.Length)}{partition}{reason}";
    }
}
