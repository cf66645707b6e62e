using Mig.Core;
using Mig.Disks;
using Mig.Disks.Raw;
using Mig.History.Images;
using Mig.History.Revisions;

namespace Mig.Images.Export;

/// <summary>Exports a disk of any version, in any format that can be written.</summary>
public sealed class ImageExporter(Repository repository)
{
    /// <summary>The formats that a disk can be written in.</summary>
    public static IReadOnlyList<string> Formats => DiskFormats.WritableFormats;

    /// <summary>The formats that a disk can be read in.</summary>
    public static IReadOnlyList<string> InputFormats => DiskFormats.ReadableFormats;

    /// <summary>Writes the disk; nothing stands under the final name before it is whole.</summary>
    /// <exception cref="NotFoundException">There is no such revision or disk.</exception>
    /// <exception cref="ConflictException">The file exists, or the disk under it does not hold what it is said to.</exception>
    public ExportResult Export(ExportRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImageId imageId = repository.Revisions.ResolveImage(request.Revision);
        ImageDisk disk = FindDisk(repository.Objects.ReadImage(imageId), request.Revision, request.Disk);
        string format = request.Format ?? (request.Output is null ? DiskFormats.FromFileName(request.Path) : DiskFormats.Raw);
        request.Progress.Begin(disk.Name, 0);
        long? differing = null;
        if (request.Output is { } output)
            ExportStream(request, disk, format, output, cancellation);
        else if (request.Backing is null)
            ExportWhole(request, disk, format, cancellation);
        else
            differing = new ThinExporter(repository, request, cancellation)
                .Export(disk, format, revision => FindClaimed(revision, disk.Name));
        return new ExportResult(imageId, disk.Name, disk.Length, format, differing);
    }

    private void ExportStream(ExportRequest request, ImageDisk disk, string format, Stream output, CancellationToken cancellation)
    {
        if (!format.Equals(DiskFormats.Raw, StringComparison.OrdinalIgnoreCase) || request.Backing is not null)
            throw new UsageException(
                "standard output takes a whole raw disk, for other formats go back to their beginning; leave "
                + $"{(request.Backing is null ? "--format" : "--backing")} out, or export to a file");
        using var writer = new RawStreamWriter(output, disk.Length);
        new DiskExporter(repository.Store,
            new PieceReader(repository.Store, repository.Context.Parallelism, request.Progress, cancellation)).Export(disk, writer);
        cancellation.ThrowIfCancellationRequested();
        writer.Complete();
    }

    private void ExportWhole(ExportRequest request, ImageDisk disk, string format, CancellationToken cancellation)
    {
        using (IDiskWriter writer = DiskFormats.Create(request.Path, format, disk.Length, request.Overwrite))
        {
            var reader = new PieceReader(repository.Store, repository.Context.Parallelism, request.Progress, cancellation);
            new DiskExporter(repository.Store, reader).Export(disk, writer);
            cancellation.ThrowIfCancellationRequested();
            writer.Complete();
        }

        // It may become the disk under others.
        using DiskImage written = DiskFormats.Open(request.Path, format, repository.Context.Limits);
        ExportRecords.Write(repository.Folder, disk.Layout, disk.Length, format, written.Files);
    }

    // The disk of the same name, in a machine of several.
    private ImageDisk FindClaimed(string revision, string name)
    {
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));
        return FindDisk(image, revision, image.Disks.Count == 1 ? null : name);
    }

    private static ImageDisk FindDisk(MachineImage image, string revision, string? wanted)
    {
        string names = string.Join(", ", image.Disks.Select(disk => disk.Name));
        if (wanted is { } name)
        {
            return image.Disks.FirstOrDefault(disk => disk.Name == name)
                ?? throw new NotFoundException(
                    $"{revision} has no disk '{name}'; it has {names}.{NearNames.Suggest(name, image.Disks.Select(disk => disk.Name))}");
        }

        return image.Disks.Count == 1 ? image.Disks[0]
            : throw new UsageException($"{revision} has {image.Disks.Count} disks; choose one with --disk: {names}");
    }
}
