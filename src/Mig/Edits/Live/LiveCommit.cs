using System.Text;
using Mig.Archives.Tar;
using Mig.Core;
using Mig.Edits.Layers;
using Mig.Edits.Operations;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Mounts;
using Mig.Store;
using Mig.Versions.Working.Live;

namespace Mig.Edits.Live;

/// <summary>
/// Makes a version of what a running system has otherwise than the version before: what was removed goes, what was changed or added comes
/// from there, packed by its own <c>tar</c>. The system is not stopped for it, so files that are written meanwhile may not fit each other.
/// </summary>
public sealed class LiveCommit(Repository repository)
{
    /// <summary>Compares, and commits what differs.</summary>
    /// <param name="place">As LiveComparer takes it: a folder, HOST or USER@HOST:FOLDER.</param>
    /// <param name="request">The branch, and the message.</param>
    /// <param name="takesPart">Whether a version is made although not all could be read; then nothing is removed from it.</param>
    /// <returns>What differed, the commit, and the paths that changed on each volume.</returns>
    /// <exception cref="ConflictException">Not all could be read, or the branch moved meanwhile. It is as it was.</exception>
    public (LiveStatus Status, EditResult Edit, IReadOnlyList<EditLog> Logs) Run(
        string place, EditRequest request, bool isFull, bool takesPart, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var comparer = new LiveComparer(repository);
        LiveStatus status = comparer.Compare(place, request.Branch, isFull, cancellation);
        LiveSystem system = comparer.Open(place);
        Require(status.Unread, takesPart);

        // Taken before anything is changed: what cannot be read is known then.
        using var file = new TemporaryFile(Path.Combine(repository.Store.Folder, ObjectStore.TemporaryFolder), "live");
        using var archive = new ScratchStream(file);
        system.Pack([.. status.Changes.Where(IsPacked).Select(change => change.Raw)], archive, cancellation);
        Require(system.Problems, takesPart);
        var logs = new List<EditLog>();
        EditResult result = new ImageEditor(repository).Commit(request, edit =>
        {
            if (repository.Objects.ReadImage(status.Version) is var image && !ImageEditor.IsSame(image, edit.Before))
                throw new ConflictException($"{request.Branch} moved meanwhile; nothing was committed");
            Apply(edit, image, status, archive, removes: status.Unread.Count == 0 && system.Problems.Count == 0, logs, cancellation);
        }, cancellation);
        return (status, result, logs);
    }

    // "./etc/x", of a directory with a slash behind.
    private static string Clean(byte[] path)
    {
        string text = Encoding.Latin1.GetString(path);
        return (text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text).TrimEnd('/');
    }

    private static bool IsPacked(LiveChange change) => change is { Kind: not LiveChangeKind.Deleted, IsSocket: false };

    private static void Require(IReadOnlyList<string> unread, bool takesPart)
    {
        if (unread.Count > 0 && !takesPart)
        {
            throw new ConflictException($"not all of the system could be read: {unread[0]}"
                + $"{(unread.Count > 1 ? $", and {unread.Count - 1} more" : "")}; nothing was committed. Log in as one who may, or "
                    + "take what "
                + "there is with '--partial': then nothing is removed from the version");
        }
    }

    private void Apply(ImageEdit edit, MachineImage image, LiveStatus status, Stream archive, bool removes, List<EditLog> logs,
        CancellationToken cancellation)
    {
        ImageVolume root = SystemVolume.FindDefault(repository.Store, image)!;
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        var writers = new Dictionary<ImageVolume, (NodeWriter Nodes, LayerWriter Layer)>();
        foreach (LiveChange change in status.Changes)
        {
            // A directory that goes takes with it what is in it.
            if (change.Kind == LiveChangeKind.Type || (change.Kind == LiveChangeKind.Deleted && removes))
            {
                (NodeWriter nodes, byte[] path) = Find(change.Raw);
                if (nodes.Writer.Find(path) is { } there)
                    nodes.RemoveTree(path, there);
            }
        }

        using var reader = new TarReader(archive);
        var entries = new ArchiveEntry(Path.Combine(repository.Store.Folder, ObjectStore.TemporaryFolder));
        while (reader.Read() is { } member)
        {
            cancellation.ThrowIfCancellationRequested();
            LayerEntry entry = entries.Of(member, reader.Content);
            string name = Clean(entry.Path);
            (_, byte[] path) = Find(name);
            writers[MountOf(name).Volume].Layer.Replace(entry with
            {
                Path = path,
                Target = entry.IsHardLink ? Find(Clean(entry.Target)).Path : entry.Target,
            });
        }

        foreach ((_, LayerWriter layer) in writers.Values)
            layer.Finish();
        logs.AddRange(writers.Values.Select(item => item.Nodes.Log));

        MountPoint MountOf(string path) => files.MountOf(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path)));

        (NodeWriter Nodes, byte[] Path) Find(string path)
        {
            MountPoint mount = MountOf(path);
            if (!writers.TryGetValue(mount.Volume, out (NodeWriter Nodes, LayerWriter Layer) found))
            {
                ImageDisk disk = edit.Before.Disks[image.Disks.ToList().FindIndex(disk => disk.Volumes.Contains(mount.Volume))];
                var nodes = new NodeWriter(
                    edit.OpenVolume(disk, disk.Volumes.First(volume => volume.Number == mount.Volume.Number)), new EditLog(), edit.Clock);
                writers.Add(mount.Volume, found = (nodes, new LayerWriter(nodes, keepsLinks: false)));
            }

            // The mount's own path is UTF-8, what is below it any bytes.
            int length = Encoding.UTF8.GetByteCount(mount.Path);
            string below = path[Math.Min(path.Length, length)..].Trim('/'), folder = Encoding.Latin1.GetString(Encoding.UTF8
                .GetBytes(mount.Folder));
            return (found.Nodes, Encoding.Latin1.GetBytes($"/{(folder.Length > 0 ? folder + "/" : "")}{below}"));
        }
    }
}
