using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>Takes names out of an image, and the copies that their contents left on its disks.</summary>
internal sealed class ImagePurger(Repository repository, ObjectWriter writer, ResidueSearch search)
{
    private const int BlockSize = 65536; // no file system has larger ones: what follows a file in its last block goes with it

    /// <summary>Bytes that held copies and are zero now.</summary>
    public long ZeroedBytes { get; private set; }

    /// <summary>Places with copies that were left.</summary>
    public List<string> Unreachable { get; } = [];

    /// <param name="time">What new times on the disks are, so that the same purge, tried again, makes the same images.</param>
    /// <returns>The image without the files; the same one when it had none, and no copies.</returns>
    /// <exception cref="UnsupportedFeatureException">A file system that has a victim cannot be changed.</exception>
    public MachineImage Purge(MachineImage image, IReadOnlyList<PurgedFile> victims, DateTimeOffset time, IProgressSink progress,
        CancellationToken cancellation)
    {
        var copies = image.Disks.ToDictionary(disk => disk.Name, disk => search.Run(disk.Layout, disk.Length, cancellation));
        if (victims.Count == 0 && copies.Values.All(ranges => ranges.Count == 0))
            return image;
        using var edit = new ImageEdit(
            new EditBase(repository, image), writer, repository.Context.Parallelism, progress, new StoppedClock(time), cancellation);
        foreach (ImageDisk disk in image.Disks)
        {
            var free = new List<ByteRange>();
            var own = new List<ByteRange>();
            foreach (ImageVolume volume in disk.Volumes.Where(volume => volume.Root is not null))
            {
                List<PurgedFile> here = [.. victims.Where(victim => victim.Disk == disk.Name && victim.Volume == volume.Number)];
                bool hasCopies = copies[disk.Name].Any(range => !range.Intersect(volume.Range).IsEmpty);
                if (here.Count > 0 || hasCopies)
                    free.AddRange(Remove(edit, disk, volume, here, own));
            }

            Zero(edit, disk, copies[disk.Name], [.. ByteRanges.Normalize(free)], [.. ByteRanges.Normalize(own)]);
        }

        return edit.Finish();
    }

    /// <param name="own">Receives where the contents of the victims stand on the disk.</param>
    /// <returns>What of the disk is free afterwards.</returns>
    private static IReadOnlyList<ByteRange> Remove(
        ImageEdit edit, ImageDisk disk, ImageVolume volume, List<PurgedFile> victims, List<ByteRange> own)
    {
        IFileSystemWriter files = edit.OpenVolume(disk, volume);
        foreach (PurgedFile victim in victims)
        {
            byte[] path = [(byte)'/', .. victim.Path.Span];
            FileNode node = files.Find(path) ?? throw new InvalidOperationException(
                $"the manifest has {System.Text.Encoding.UTF8.GetString(path)}, which the volume has not");
            if (node.Type == NodeType.Directory)
            {
                files.RemoveDirectory(path);
                continue;
            }

            if (node.Type is NodeType.File or NodeType.SymbolicLink)
            {
                using IFileSystem view = files.Read();
                own.AddRange(view.GetExtents(node.Number).Where(extent => extent.IsOnVolume).Select(extent => new ByteRange(
                    volume.Range.Offset + extent.VolumeOffset,
                        Math.Min(extent.Length + BlockSize, volume.Range.Length - extent.VolumeOffset))));
            }

            files.Remove(path);
        }

        files.Commit();
        return edit.FindFree(files, volume);
    }

    // Only free space is overwritten. The blocks of a file that went are free now, and go whole.
    private void Zero(ImageEdit edit, ImageDisk disk, IReadOnlyList<ByteRange> copies, List<ByteRange> free, List<ByteRange> own)
    {
        List<ByteRange> wanted = [.. ByteRanges.Normalize(copies.Concat(own))];
        ZeroedBytes += edit.Zero(disk, [.. ByteRanges.Intersect(wanted, free)]);
        foreach (ByteRange left in ByteRanges.Subtract(ByteRanges.Normalize(copies), free))
            Unreachable.Add($"{disk.Name}: {left.Length} bytes at offset {left.Offset}");
    }
}
