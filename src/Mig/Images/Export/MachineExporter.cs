using Mig.Core;
using Mig.Core.Host;
using Mig.Disks;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Images.Export;

/// <summary>Exports a whole machine into a folder: each disk under its name, and what stands beside the disks.</summary>
public sealed class MachineExporter(Repository repository)
{
    /// <summary>Writes the files, each under its name when it is whole.</summary>
    /// <param name="request">The path is that of the folder, which is made; with a disk named, that one alone is written, with what
    /// stands beside.</param>
    /// <exception cref="NotFoundException">There is no such revision or disk.</exception>
    /// <exception cref="ConflictException">A file exists, or two would have one name; nothing was written.</exception>
    public MachineExport Export(ExportRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Backing is not null)
            throw new UsageException("--backing is for one disk; name a file, not a folder");
        ImageId id = repository.Revisions.ResolveImage(request.Revision);
        MachineImage image = repository.Objects.ReadImage(id);
        IReadOnlyList<TreeEntry> attachments = ImageAttachments.Read(repository.Store, image);
        string[] disks = request.Disk is { } one ? [one] : [.. image.Disks.Select(disk => disk.Name)];
        Check(request, [.. disks, .. attachments.Select(ImageAttachments.NameOf)]);
        HostFiles.CreateFolder(request.Path);
        var exporter = new ImageExporter(repository);
        List<ExportResult> written = [.. disks.Select(disk => exporter.Export(
            request with { Revision = id.ToString(), Disk = disk, Path = Path.Combine(request.Path, disk) }, cancellation))];
        var contents = new FileContents(repository.Store, repository.Context.Parallelism);
        foreach (TreeEntry attachment in attachments)
        {
            string path = Path.Combine(request.Path, ImageAttachments.NameOf(attachment));
            using IDiskWriter file = DiskFormats.Create(path, DiskFormats.Raw, attachment.Size, request.Overwrite);
            using (var stream = new DiskWriterStream(file))
                contents.Copy(attachment, stream, cancellation);
            file.Complete();
        }

        return new MachineExport(written, attachments);
    }

    private static void Check(ExportRequest request, IReadOnlyList<string> names)
    {
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new ConflictException(
                $"a disk and an attachment of {request.Revision} are both called '{same.Key}'; 'mig cat "
                + $"{request.Revision}:@{ImageAttachments.PlaceName}/{same.Key}' prints the attachment");
        if (!request.Overwrite && names.FirstOrDefault(name => Path.Exists(Path.Combine(request.Path, name))) is { } taken)
            throw new ConflictException($"{Path.Combine(request.Path, taken)} exists already; --force replaces it");
    }
}
