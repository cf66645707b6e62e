using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Images.Ingest;
using Mig.Machines.Coverage;
using Mig.Store;

namespace Mig.Edits;

/// <summary>One volume of a disk while it is changed: its writer, and its manifest, kept in step.</summary>
internal sealed class VolumeEdit : IDisposable
{
    private readonly ImageVolume _volume;
    private readonly SubTarget _target;
    private readonly ManifestEdit _manifest;

    private VolumeEdit(ImageVolume volume, SubTarget target, IFileSystemWriter writer, IObjectSource store, Limits limits)
    {
        _volume = volume;
        _target = target;
        _manifest = new ManifestEdit(store, limits, volume.Root!);
        Writer = new RecordingWriter(writer, _manifest);
    }

    public IFileSystemWriter Writer { get; }

    /// <param name="disk">The disk with all changes so far.</param>
    /// <param name="before">The same in the version before.</param>
    /// <exception cref="UnsupportedFeatureException">The file system cannot be changed.</exception>
    /// <exception cref="RefusedOperationException">Its free space is not to be trusted, so that whatever is written could overwrite
    /// something.</exception>
    public static VolumeEdit Open(
        OverlayTarget disk, ImageDisk before, ImageVolume volume, ObjectStore store, Limits limits, TimeProvider clock)
    {
        if (volume.Root is null)
            throw new UnsupportedFeatureException(
                "changing an unknown volume", $"volume {volume.Number} was not looked into: {volume.Reason}");
        if (!volume.IsWhole)
            throw new RefusedOperationException(
                RefusalReason.Damaged,
                $"volume {volume.Number} of {before.Name} is not changed, since it is damaged: {UnreadSentence.Of(volume)}. Export the "
                + "disk, repair the volume (e2fsck, chkdsk, fsck.fat) and commit it again");
        StructuresAhead.Fetch(store, before, volume, limits);
        var target = new SubTarget(disk, volume.Range);
        IFileSystemWriter writer = FileSystemFormats.OpenWriter(target, limits, clock)
            ?? throw new UnsupportedFeatureException(
                $"changing {volume.FileSystem}",
                $"volume {volume.Number} is {volume.FileSystem}, which mig reads and cannot change; export the disk, mount it and commit "
                + "it again");
        try
        {
            CheckFreeSpace(target, before, volume, store, limits);
            return new VolumeEdit(volume, target, writer, store, limits);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Writes what changed to the disk, takes in changed contents and stores the changed trees.</summary>
    /// <param name="pieces">Receives where on the disk the contents of changed files stand; those with a null blob are zero ends of last
    /// blocks.</param>
    public ImageVolume Finish(IngestSession session, List<LayoutPiece> pieces)
    {
        Writer.Commit();
        IReadOnlyList<ManifestItem> changed = _manifest.Changed;
        if (changed.Count == 0)
            return _volume;
        using IFileSystem fileSystem = Writer.Read();
        var nodes = new FileNode[changed.Count];
        var files = new ScannedFile?[changed.Count];
        for (int i = 0; i < nodes.Length; i++)
        {
            byte[] path = changed[i].Names[0].GetPath();
            nodes[i] = Writer.Find(path) ?? throw new InvalidOperationException(
                $"the manifest has {System.Text.Encoding.UTF8.GetString(path)}, which the volume has not");
            if (changed[i].IsContentChanged)
                files[i] = ToScannedFile(fileSystem, nodes[i], changed[i].Names[0].Name);
        }

        new FileIngest(session, fileSystem, _target, _volume.Range.Offset, files.OfType<ScannedFile>()).Run(pieces);
        if (Array.Find(files, file => file?.Loss is not null)?.Loss is { } loss)
            ExceptionDispatchInfo.Throw(loss);
        for (int i = 0; i < nodes.Length; i++)
        {
            TreeEntry entry = changed[i].Entry;
            FileContent content = files[i]?.Content ?? new FileContent(entry.Sha256, entry.List);
            changed[i].Entry = TreeEntries.Of(nodes[i], default, content, entry.Tree);
        }

        return _volume with { Root = _manifest.Write(session.Writer) };
    }

    public void Dispose() => Writer.Dispose();

    // A walk over the whole volume; a commit or an earlier edit has mostly done it.
    // Read beside the writer, whose view is for one thread: directories are read on all cores.
    private static void CheckFreeSpace(SubTarget target, ImageDisk before, ImageVolume volume, ObjectStore store, Limits limits)
    {
        if (before.Layout is not { } layout || FreeSpaceCache.Contains(store.Folder, layout, volume.Number))
            return;
        using IFileSystem view = FileSystemFormats.Open(target, limits)!;
        if (VolumeScan.Run(view, limits).FreeSpace.Doubt is { Length: > 0 } doubt)
            throw new RefusedOperationException(
                RefusalReason.FreeSpaceInUse,
                $"volume {volume.Number} of {before.Name} is not changed, since a change could overwrite what is in use: {doubt}. Export "
                + "the disk, repair the volume (e2fsck, chkdsk, fsck.fat) and commit it again");
        FreeSpaceCache.Add(store.Folder, layout, [volume.Number]);
    }

    private static ScannedFile ToScannedFile(IFileSystem fileSystem, FileNode node, byte[] name)
    {
        var file = new ScannedFile(node.Number, node.Size, FileOrder.KeyOf(name));
        file.SetExtents(fileSystem.GetExtents(node.Number));
        return file;
    }
}
