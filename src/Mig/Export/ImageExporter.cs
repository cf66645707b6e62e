using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.History.Revisions;

namespace Mig.Export;

/// <summary>Exports a disk of any version, in any format that can be written.</summary>
public sealed class ImageExporter(Repository repository)
{
    /// <summary>The formats that a disk can be written in.</summary>
    public static IReadOnlyList<string> Formats => DiskFormats.WritableFormats;

    /// <summary>Writes the disk; nothing stands under the final name before it is whole.</summary>
    /// <exception cref="NotFoundException">There is no such revision or disk.</exception>
    /// <exception cref="ConflictException">The file exists.</exception>
    public ExportResult Export(ExportRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImageId imageId = repository.Revisions.ResolveImage(request.Revision);
        ImageDisk disk = FindDisk(repository.Objects.ReadImage(imageId), request);
        string format = request.Format ?? DiskFormats.FromFileName(request.Path);
        using IDiskWriter writer = DiskFormats.Create(request.Path, format, disk.Length, request.Overwrite);
        new DiskExporter(repository.Store, repository.Context.Parallelism, request.Progress, cancellation).Export(disk, writer);
        cancellation.ThrowIfCancellationRequested();
        writer.Complete();
        return new ExportResult(imageId, disk.Name, disk.Length, format);
    }

    private static ImageDisk FindDisk(MachineImage image, ExportRequest request)
    {
        string names = string.Join(", ", image.Disks.Select(disk => disk.Name));
        if (request.Disk is { } name)
        {
            return image.Disks.FirstOrDefault(disk => disk.Name == name)
                ?? throw new NotFoundException($"{request.Revision} has no disk '{name}'; it has {names}.{NearNames.Suggest(name, image.Disks.Select(disk => disk.Name))}");
        }

        return image.Disks.Count == 1 ? image.Disks[0] : throw new UsageException($"{request.Revision} has {image.Disks.Count} disks; choose one with --disk: {names}");
    }
}
