using Mig.Core;
using Mig.Disks.Volumes;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Machines.Mounts;
using Mig.Store;

namespace Mig.Machines.Coverage;

/// <summary>Finds what of an image the answers about its machine do not rest on.</summary>
internal sealed class CoverageReader(IContentSource store)
{
    // Swap of pages of any size begins with one that says so.
    private const int LargestPage = 1 << 16;

    /// <param name="root">The volume with the operating system.</param>
    /// <param name="files">The machine on that volume.</param>
    /// <param name="isChosen">Whether the user named the volume; then other systems are none of the answer's business.</param>
    public ImageCoverage Read(MachineImage image, ImageVolume root, MachineFiles files, bool isChosen)
    {
        var unseen = new List<UnseenPart>();
        if (!SystemVolume.HasSystem(store, root) && !PackageDatabases.AnyIn(files))
            unseen.Add(NoSystem(image));
        foreach ((ImageDisk disk, ImageVolume volume) in image.Disks.SelectMany(disk => disk.Volumes.Select(volume => (disk, volume))))
        {
            UnseenPart? part = volume.Root is null ? Judge(image, disk, volume, files) : JudgeLooked(disk, volume, root, files, isChosen);
            if (part is not null)
                unseen.Add(part);
            if (volume.Unread.Count > 0)
                unseen.Add(Damage(disk, volume, matters: part is null));
        }

        unseen.AddRange(files.MissingMounts.Where(mount => mount.Volume is null).Select(mount => new UnseenPart(
            UnseenKind.Mount, $"{mount.Entry.Device} of /{mount.Entry.Origin}", mount.Entry.Path, "it was not found in the image",
                Matters: !mount.Entry.IsOptional)));
        unseen.AddRange(files.OtherDeployments.Select(path =>
            new UnseenPart(UnseenKind.System, $"the deployment in /{path}", "", "it is not the one that starts", Matters: false)));
        unseen.AddRange(BundledSoftware.Find(files));
        return new ImageCoverage(unseen);
    }

    /// <summary>What is not seen of an image in which no system was found.</summary>
    public ImageCoverage ReadWithout(MachineImage image) => new([NoSystem(image), .. ReadVolumes(image).Unseen]);

    /// <summary>The volumes of an image that were not looked into, or not as a whole.</summary>
    public ImageCoverage ReadVolumes(MachineImage image) => new([.. image.Disks
        .SelectMany(disk => disk.Volumes.Where(volume => !volume.IsWhole)
            .Select(volume => volume.Root is null ? Judge(image, disk, volume, null) : Damage(disk, volume, matters: true)))
        .OfType<UnseenPart>()]);

    // What could not be read of a volume that the answer does not rest on is as good as read.
    private static UnseenPart Damage(ImageDisk disk, ImageVolume volume, bool matters) =>
        new(UnseenKind.Damage, $"damaged files of {Name(disk, volume)}", "", UnreadSentence.Of(volume), matters);

    private static UnseenPart NoSystem(MachineImage image) => new(
        UnseenKind.System, "the operating system", "", Reason(ImageVolumes.WithFiles(image).Count()), Matters: true);

    private static string Reason(int volumes) => volumes switch
    {
        0 => "no volume was looked into",
        1 => "the only volume that was looked into has none",
        _ => "none, or more than one, was found on the volumes that were looked into; name the volume, as in REV:@2",
    };

    private UnseenPart? Judge(MachineImage image, ImageDisk disk, ImageVolume volume, MachineFiles? files)
    {
        using var source = new SubSource(new VolumeFinder(store, image).Open(disk), volume.Range);
        MissingMount? mount = files?.MissingMounts.FirstOrDefault(mount => mount.Volume == volume);
        var part = new UnseenPart(UnseenKind.Volume, Name(disk, volume), mount?.Entry.Path ?? "", volume.Reason, Matters: true);
        return VolumeSignature.Read(source) switch
        {
            VolumeContent.Empty => mount is null ? null : part,
            VolumeContent.Swap when IsUsed(source) =>
                part with { Kind = UnseenKind.Swap, Reason = "it is swap space, and holds what memory held", Matters = false },
            VolumeContent.Swap => part with
            {
                Kind = UnseenKind.Swap,
                Reason = "it is swap space that nothing was written to",
                Matters = false,
                HasContent = false
            },
            VolumeContent.Unknown when BootPartitions.Contains(volume.PartitionType) =>
                part with { Kind = UnseenKind.Boot, Reason = "it holds what starts the machine, and no files", Matters = false },
            _ => part,
        };
    }

    private static bool IsUsed(SubSource swap) =>
        swap.Length > LargestPage && swap.GetStoredRanges(ByteRange.FromBounds(LargestPage, swap.Length)).Any();

    private UnseenPart? JudgeLooked(ImageDisk disk, ImageVolume volume, ImageVolume root, MachineFiles files, bool isChosen)
    {
        if (volume == root)
            return null;
        if (SystemVolume.HasSystem(store, volume))
            return new UnseenPart(UnseenKind.System, Name(disk, volume), "",
                "it has an operating system of its own, which is not part of this answer", Matters: !isChosen);
        return files.Mounts.Any(mount => mount.Volume == volume) || SystemVolume.IsBootVolume(volume)
            ? null
            : new UnseenPart(UnseenKind.Unmounted, Name(disk, volume), "",
                "the machine mounts it nowhere, so its files are not part of this answer", Matters: false);
    }

    private static string Name(ImageDisk disk, ImageVolume volume) =>
        volume.Number == 0 ? $"disk {disk.Name}" : $"volume {volume.Number} of {disk.Name}";
}
