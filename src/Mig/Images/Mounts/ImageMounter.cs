using System.Text;
using Mig.Core;
using Mig.Fuse;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Images.Sessions;

namespace Mig.Images.Mounts;

/// <summary>
/// Shows versions as folders of this machine, by FUSE, and nothing is unpacked; only disks of sessions are written. Needs libfuse3, and no
/// root.
/// </summary>
public sealed class ImageMounter(Repository repository)
{
    // The two folders of a history have numbers of their own; those of entries are hashes, and even so never below 2.
    private ulong _lastInode = 1;

    /// <summary>Mounts a directory of a version.</summary>
    /// <param name="version"><c>REV</c> or <c>REV:PATH</c>, as <see cref="ImageBrowser.Find(string)"/> takes it.</param>
    /// <param name="folder">A folder that is there; what is in it is hidden meanwhile.</param>
    /// <exception cref="NotFoundException">There is no such version, path or folder.</exception>
    /// <exception cref="UsageException">It is not a directory.</exception>
    /// <exception cref="UnsupportedFeatureException">libfuse3 is not on this machine.</exception>
    public ImageMount MountVersion(string version, string folder)
    {
        ImagePath path = repository.Images.Find(version);
        if (path.Entry.Type != TreeEntryType.Directory)
            throw new UsageException($"{version} is not a directory; 'mig cat {version}' prints a file");
        var volume = new MountedVolume(repository, "", path.Volume.Root!);
        return Show(new MountedEntry(volume, path.Entry, path.Path), folder, version, path.Volume.Range.Length);
    }

    /// <summary>Mounts all versions: <c>branches/NAME</c>, <c>tags/NAME</c> and <c>commits/ID</c>, each with its files.</summary>
    /// <inheritdoc cref="MountVersion" path="//exception"/>
    public ImageMount MountHistory(string folder) => Show(
        NewFolder(default, () =>
        [
            ("branches", () => Refs(RefName.BranchPrefix)),
            ("tags", () => Refs(RefName.TagPrefix)),
            ("commits", Commits),
        ]),
        folder, "history", 0);

    /// <summary>Mounts the disks of a version, each a file with what its machine sees.</summary>
    /// <inheritdoc cref="MountVersion" path="//exception"/>
    public ImageMount MountDisks(string revision, string folder)
    {
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));
        return ShowDisks(image.Disks.Select(disk =>
            (disk, (MountedNode)new MountedDisk(++_lastInode, default, repository.Store, disk))), folder, revision);
    }

    /// <summary>Mounts the disks of a session, each a file that is written, and holds the session meanwhile.</summary>
    /// <param name="session">Its name.</param>
    /// <inheritdoc cref="MountVersion" path="//exception"/>
    /// <exception cref="ConflictException">Somebody works with the session.</exception>
    public ImageMount MountSession(string session, string folder)
    {
        OpenSession held = repository.Sessions.Open(session);
        try
        {
            return MountSession(held, folder, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Mounts the disks of a session, each a file that is written; who is told that writes are durable has them in the
    /// session.</summary>
    /// <param name="owned">The session, when the mount is to let go of it.</param>
    /// <inheritdoc cref="MountVersion" path="//exception"/>
    internal ImageMount MountSession(OpenSession session, string folder, OpenSession? owned = null)
    {
        return ShowDisks(session.Image.Disks.Zip(session.Disks, (disk, content) =>
            (disk, (MountedNode)new SessionNode(++_lastInode, content))), folder, $"session {session.Name}", isWritable: true, owned);
    }

    private ImageMount ShowDisks(IEnumerable<(ImageDisk Disk, MountedNode Node)> disks, string folder, string source,
        bool isWritable = false, OpenSession? owned = null)
    {
        (ImageDisk Disk, MountedNode Node)[] all = [.. disks];
        return Show(NewFolder(default, () => all.Select(item => (item.Disk.Name, (Func<MountedNode>)(() => item.Node)))), folder, source,
            all.Sum(item => item.Disk.Length), isWritable, owned);
    }

    private ImageMount Show(MountedNode root, string folder, string source, long length, bool isWritable = false,
        OpenSession? owned = null)
    {
        if (!Directory.Exists(folder))
            throw new NotFoundException($"folder {folder} does not exist; make it, it is where the files appear");
        var options = new MountOptions($"mig:{source}", length, Math.Max(2, repository.Context.Parallelism)) { IsWritable = isWritable };
        return new ImageMount(Mount.Show(root, Path.GetFullPath(folder), options, e => repository.Context.Warning(e.Message)), owned);
    }

    private MountedFolder NewFolder(Timestamp time, Func<IEnumerable<(string Name, Func<MountedNode> Node)>> list) =>
        new(Interlocked.Increment(ref _lastInode), time, list);

    // A name with slashes is a folder in a folder, as its file is in a repository.
    private MountedFolder Refs(string prefix)
    {
        var folders = new Dictionary<string, MountedNode>(StringComparer.Ordinal);
        return NewFolder(default, () => RefsBelow(prefix, folders));
    }

    private IEnumerable<(string Name, Func<MountedNode> Node)> RefsBelow(string prefix, Dictionary<string, MountedNode> known)
    {
        var names = new SortedDictionary<string, Ref?>(StringComparer.Ordinal);
        foreach (Ref item in repository.Refs.List(prefix, damaged: []).Where(item => repository.Objects.PeelToCommit(item.Id) is not null))
        {
            string rest = item.Name.Value[prefix.Length..];
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            names[slash < 0 ? rest : rest[..slash]] = slash < 0 ? item : null;
        }

        return names.Select(pair => (pair.Key, (Func<MountedNode>)(() => Keep(known, pair.Key, () => pair.Value is { } item
            ? Version(repository.Objects.PeelToCommit(item.Id)!.Value)
            : NewFolder(default, () => RefsBelow($"{prefix}{pair.Key}/", known: []))))));
    }

    private MountedFolder Commits()
    {
        var known = new Dictionary<string, MountedNode>(StringComparer.Ordinal);
        return NewFolder(default, () =>
            Ids().Select(id => (id.ToString(), (Func<MountedNode>)(() => Keep(known, id.ToString(), () => Version(id))))));
    }

    private IEnumerable<CommitId> Ids() => repository.Walk.Walk(
        repository.Refs.List("refs/", damaged: []).Where(item => item.Name.IsBranch || item.Name.IsTag)
            .Select(item => repository.Objects.PeelToCommit(item.Id)).OfType<CommitId>().Distinct()).Select(found => found.Id);

    // The volume with the operating system, or the only one with files; else a folder for each of them.
    private MountedNode Version(CommitId id)
    {
        Commit commit = repository.Objects.ReadCommit(id);
        MachineImage image = repository.Objects.ReadImage(commit.Image);
        var time = new Timestamp(commit.Committer.Seconds, 0);
        if (repository.Images.FindDefaultVolume(image) is { Root: { } root })
            return new MountedEntry(new MountedVolume(repository, id.ToString(), root), root, default);
        return NewFolder(time, () => image.Disks.SelectMany(disk => disk.Volumes.Where(volume => volume.Root is not null).Select(volume =>
            ($"{disk.Name}@{volume.Number}", (Func<MountedNode>)(() => new MountedEntry(
                new MountedVolume(repository, $"{id}/{disk.Name}@{volume.Number}", volume.Root!), volume.Root!, default))))));
    }

    private static MountedNode Keep(Dictionary<string, MountedNode> known, string name, Func<MountedNode> make)
    {
        lock (known)
        {
            if (!known.TryGetValue(name, out MountedNode? node))
                known[name] = node = make();
            return node;
        }
    }
}
