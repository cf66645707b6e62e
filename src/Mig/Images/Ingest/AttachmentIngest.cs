using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Versions.Commits;

namespace Mig.Images.Ingest;

/// <summary>Takes in files that an image holds beside its disks: cut, hashed and known as files of disks are.</summary>
internal static class AttachmentIngest
{
    /// <exception cref="ChangedFileException">It was written to meanwhile.</exception>
    /// <exception cref="UsageException">It is no regular file.</exception>
    public static TreeEntry Run(IngestSession session, AttachedFile file)
    {
        if (file.Content is { } bytes)
        {
            using var memory = new MemorySource(bytes);
            return Run(session, file.Name, memory);
        }

        if (file.Source is { } open)
            return Run(session, file.Name, open);
        using FileSource source = FileSource.OpenWatched(file.Path);
        if (source.IsBlockDevice)
            throw new UsageException($"{file.Path} is a device; a regular file can be attached");
        TreeEntry entry = Run(session, file.Name, source);
        if (!session.MayChange)
            source.CheckUnchanged();
        return entry;
    }

    private static TreeEntry Run(IngestSession session, string name, IByteSource source)
    {
        var content = new ScannedFile(0, source.Length, FileOrder.KeyOf(Encoding.UTF8.GetBytes(name)));
        content.SetExtents([.. source.GetStoredRanges(new ByteRange(0, source.Length))
            .Select(range => new FileExtent(range.Offset, range.Length, range.Offset))]);
        new FileIngest(session, null, source, 0, [content]).Run([]);
        return ImageAttachments.Entry(name, source.Length, content.Content.Sha256, content.Content.List);
    }
}
