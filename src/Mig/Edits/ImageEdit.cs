using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Ingest;
using Mig.Store;

namespace Mig.Edits;

/// <summary>Changes to the files of one version; becomes a new image that shares all that did not change. For one thread.</summary>
public sealed class ImageEdit : IDisposable
{
    private readonly EditBase _base;
    private readonly IngestSession _session;
    private readonly ObjectWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, DiskEdit> _disks = [];

    /// <param name="writer">Receives what is new; may serve several edits at once. Nothing counts before it is completed.</param>
    /// <param name="parallelism">Threads that take in changed contents.</param>
    /// <param name="clock">What new times on the disks are taken from; null for the clock of the repository's context.</param>
    public ImageEdit(EditBase before, ObjectWriter writer, int parallelism, IProgressSink progress, TimeProvider? clock = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        (_base, _writer) = (before, writer);
        _clock = clock ?? before.Repository.Context.Clock;
        _session = new IngestSession(before.Repository.Store, writer, progress, parallelism, cancellation);
    }

    /// <summary>The image that is changed.</summary>
    public MachineImage Before => _base.Image;

    /// <summary>What images may hold.</summary>
    internal Limits Limits => _base.Repository.Context.Limits;

    /// <summary>What the times of changes are taken from.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>
    /// Returns the writer of a volume, the same one each time. What is changed through it is kept in step with the manifest.
    /// </summary>
    /// <exception cref="UnsupportedFeatureException">The file system there cannot be changed; the message names it.</exception>
    public IFileSystemWriter OpenVolume(ImageDisk disk, ImageVolume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return OpenDisk(disk).OpenVolume(volume, Limits, _clock);
    }

    /// <summary>Makes what a volume's file system holds to be free read as zeros.</summary>
    /// <returns>Bytes that lay in blocks which were not zero.</returns>
    /// <exception cref="UnsupportedFeatureException">The file system cannot be changed.</exception>
    /// <exception cref="RefusedOperationException">Its free space is not to be trusted.</exception>
    public long ZeroFree(ImageDisk disk, ImageVolume volume)
    {
        IFileSystemWriter writer = OpenVolume(disk, volume);
        writer.Commit();
        return OpenDisk(disk).Zero(FindFree(writer, volume));
    }

    /// <summary>
    /// Returns what of a volume is free after all changes so far, as ranges of the disk; nothing when that is not to be trusted.
    /// </summary>
    internal IReadOnlyList<ByteRange> FindFree(IFileSystemWriter writer, ImageVolume volume)
    {
        using IFileSystem fileSystem = writer.Read();
        return [.. VolumeScan.Run(fileSystem, Limits).FreeSpace.Ranges.Select(range =>
            range with { Offset = volume.Range.Offset + range.Offset })];
    }

    /// <summary>
    /// Makes ranges of a disk read as zeros. Whoever calls this knows that no file and no structure of a file system is there.
    /// </summary>
    /// <param name="ranges">Ascending and disjoint.</param>
    internal long Zero(ImageDisk disk, IEnumerable<ByteRange> ranges) => OpenDisk(disk).Zero(ranges);

    /// <summary>Returns the disks that were changed, for who wants their bytes and no image. They are valid as long as this.</summary>
    internal IEnumerable<EditedDisk> GetChanges() => _disks.Values.Select(disk => disk.Changed);

    /// <summary>Hands new contents, trees and layouts to the object writer. Called once, at the end.</summary>
    /// <returns>The image as it is now; it is not stored itself.</returns>
    public MachineImage Finish()
    {
        MachineImage image = Before with
        {
            Disks =
            [.. Before.Disks.Select(disk => _disks.TryGetValue(disk.Name, out DiskEdit? edit) ? edit.Finish(_session) : disk)],
        };
        _session.Keep([]); // what is noted of lists that are never stored is of no use, and does no harm
        return ImageEditor.IsSame(Before, image) ? image : WithoutMemory(image);
    }

    // What a suspended machine remembers is of the disks as they were, and holds what may have been taken out of them.
    private MachineImage WithoutMemory(MachineImage image)
    {
        IReadOnlyList<TreeEntry> entries = ImageAttachments.Read(_base.Repository.Store, image);
        return ImageAttachments.HaveMemory(entries)
            ? image with { Attachments = ImageAttachments.Write(_writer, entries.Where(entry => !ImageAttachments.IsOfMemory(entry))) }
            : image;
    }

    public void Dispose()
    {
        foreach (DiskEdit disk in _disks.Values)
            disk.Dispose();
    }

    private DiskEdit OpenDisk(ImageDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        if (!_disks.TryGetValue(disk.Name, out DiskEdit? edit))
            _disks.Add(disk.Name, edit = new DiskEdit(disk, _base.ReadDisk(disk), _base.Repository.Store));
        return edit;
    }
}
