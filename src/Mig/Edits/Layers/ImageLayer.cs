using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Revisions;
using Mig.Store;

namespace Mig.Edits.Layers;

/// <summary>Lays a layer, as containers are made of, over a volume of an image.</summary>
/// <param name="keepsLinks">Whether a symbolic link to a directory stays where the layer has a directory.</param>
public sealed class ImageLayer(Repository repository, bool keepsLinks)
{
    /// <summary>What the layer is called in messages, with the entry that they are about; null to leave both out.</summary>
    public string? Name { get; init; }

    /// <summary>Lays a folder of the host over a volume.</summary>
    public void ApplyFolder(VolumeChanges changes, PathSpec volume, string folder, CancellationToken cancellation = default) =>
        new FolderLayer(Open(changes, volume)).Apply(folder, cancellation);

    /// <summary>Lays a tar archive over a volume, compressed with gzip, bzip2, xz or zstd or not at all.</summary>
    /// <exception cref="CorruptImageException">TAR-001 to TAR-010.</exception>
    public void ApplyArchive(VolumeChanges changes, PathSpec volume, Stream archive, CancellationToken cancellation = default) =>
        new ArchiveLayer(Open(changes, volume), Path.Combine(repository.Store.Folder, ObjectStore.TemporaryFolder))
            .Apply(archive, cancellation);

    private LayerWriter Open(VolumeChanges changes, PathSpec volume)
    {
        ArgumentNullException.ThrowIfNull(changes);
        (IFileSystemWriter writer, EditLog log) = changes.OpenVolume(volume);
        return new LayerWriter(new NodeWriter(writer, log, changes.Clock), keepsLinks, Name);
    }
}
