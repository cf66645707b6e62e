using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.Ingest;
using Mig.Store;

namespace Mig.Edits;

/// <summary>Changes to the files of one version; becomes a new image that shares all that did not change. For one thread.</summary>
public sealed class ImageEdit : IDisposable
{
    private readonly EditBase _base;
    private readonly IngestSession _session;
    private readonly Dictionary<string, DiskEdit> _disks = [];

    /// <param name="writer">Receives what is new; may serve several edits at once. Nothing counts before it is completed.</param>
    /// <param name="parallelism">Threads that take in changed contents.</param>
    public ImageEdit(EditBase before, ObjectWriter writer, int parallelism, IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        _base = before;
        _session = new IngestSession(before.Repository.Store, writer, progress, parallelism, cancellation);
    }

    /// <summary>The image that is changed.</summary>
    public MachineImage Before => _base.Image;

    /// <summary>Returns the writer of a volume, the same one each time. What is changed through it is kept in step with the manifest.</summary>
    /// <exception cref="UnsupportedFeatureException">The file system there cannot be changed; the message names it.</exception>
    public IFileSystemWriter OpenVolume(ImageDisk disk, ImageVolume volume)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(volume);
        if (!_disks.TryGetValue(disk.Name, out DiskEdit? edit))
            _disks.Add(disk.Name, edit = new DiskEdit(disk, _base.ReadDisk(disk), _base.Repository.Store));
        return edit.OpenVolume(volume, _base.Repository.Context.Limits, _base.Repository.Context.Clock);
    }

    /// <summary>Hands new contents, trees and layouts to the object writer. Called once, at the end.</summary>
    /// <returns>The image as it is now; it is not stored itself.</returns>
    public MachineImage Finish() => new([.. Before.Disks.Select(disk => _disks.TryGetValue(disk.Name, out DiskEdit? edit) ? edit.Finish(_session) : disk)]);

    public void Dispose()
    {
        foreach (DiskEdit disk in _disks.Values)
            disk.Dispose();
    }
}
