using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Mounts;
using Mig.Store;

namespace Mig.Machines.Files;

/// <summary>
/// The files of a machine as its own programs see them: volumes are mounted as its <c>fstab</c> and systemd say, and symbolic links are
/// followed, inside the machine. For one thread.
/// </summary>
internal sealed class MachineFiles
{
    private const int MaxLinks = 40; // as Linux allows in one path
    private const int MaxSizeAhead = 16 << 10, MaxBytesAhead = 1 << 20;

    private readonly FileContents _contents;
    private readonly List<MountPoint> _mounts;

    public MachineFiles(IContentSource store, int parallelism, MachineImage image, ImageVolume root)
    {
        Store = store;
        _contents = new FileContents(store, parallelism);
        _mounts = [new MountPoint("", root, "", root.Root ?? throw new ArgumentException("the root volume has no files", nameof(root)))];
        if (OstreeDeployment.Find(this, image, root) is { } deployment)
        {
            _mounts = [.. deployment.Mounts];
            OtherDeployments = deployment.Others;
        }

        Store.Prefetch(KnownFiles.Find(this));
        var table = new MountTable(this, image, root, new VolumeFinder(store, image));
        foreach (MountPoint mount in table.Read())
            _mounts.Add(mount);
        MissingMounts = table.Missing;
    }

    /// <summary>The volumes of the machine, the root volume first.</summary>
    public IReadOnlyList<MountPoint> Mounts => _mounts;

    /// <summary>What the machine mounts and the image does not show.</summary>
    public IReadOnlyList<MissingMount> MissingMounts { get; }

    /// <summary>Directories of the root volume that hold other deployments of ostree than the one that starts.</summary>
    public IReadOnlyList<string> OtherDeployments { get; } = [];

    public IContentSource Store { get; }

    /// <summary>Finds what a path leads to; null when that is nothing, or the links go in circles.</summary>
    /// <param name="path">With or without a slash at either end.</param>
    public MachineFile? Find(string path)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var names = new List<string>();
        var entries = new List<(TreeEntry Entry, MountPoint Mount)> { (_mounts[0].Root, _mounts[0]) };
        int links = 0;
        while (rest.TryPop(out string? name))
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                if (names.Count > 0)
                    names.RemoveAt(names.Count - 1);
                if (entries.Count > 1)
                    entries.RemoveAt(entries.Count - 1);
                continue;
            }

            (TreeEntry parent, MountPoint mount) = entries[^1];
            if (parent.Type != TreeEntryType.Directory)
                return null;
            if (TreeReader.Find(Store, parent.Tree, Encoding.UTF8.GetBytes(name)) is not { } entry)
            {
                // systemd makes the directories that it mounts on.
                names.Add(name);
                if (MountAt(string.Join('/', names)) is not { } made)
                    return null;
                entries.Add((made.Root, made));
                continue;
            }

            if (entry.Type == TreeEntryType.SymbolicLink)
            {
                if (++links > MaxLinks)
                    return null;
                string target = Encoding.UTF8.GetString(entry.LinkTarget.Span);
                if (target.StartsWith('/'))
                {
                    names.Clear();
                    entries.RemoveRange(1, entries.Count - 1);
                }

                foreach (string part in target.Split('/').Reverse())
                    rest.Push(part);
                continue;
            }

            names.Add(name);
            entries.Add(Enter(string.Join('/', names), Resolve(entry, mount), mount));
        }

        return new MachineFile(string.Join('/', names), entries[^1].Entry);
    }

    /// <summary>
    /// Returns what is in a directory, hard links followed and symbolic links not; nothing when there is no such directory.
    /// </summary>
    public IReadOnlyList<MachineFile> List(string path)
    {
        if (Find(path) is not { Entry.Type: TreeEntryType.Directory } directory)
            return [];
        MountPoint mount = MountOf(directory.Path);
        string prefix = directory.Path.Length == 0 ? "" : directory.Path + "/";
        return [.. TreeReader.ReadEntries(Store, directory.Entry.Tree)
            .Select(entry => new MachineFile(prefix + Encoding.UTF8.GetString(entry.Name.Span), Resolve(entry, mount)))];
    }

    /// <summary>Returns the content of a file; null when there is no such file.</summary>
    /// <exception cref="CorruptImageException">It has more than <paramref name="maxSize"/> bytes.</exception>
    public byte[]? Read(string path, int maxSize) => Find(path) is { Entry.Type: TreeEntryType.File } file ? Read(file, maxSize) : null;

    /// <inheritdoc cref="Read(string, int)"/>
    public byte[] Read(MachineFile file, int maxSize)
    {
        if (file.Entry.Size <= maxSize)
            Store.Prefetch(FileContents.BlobsOf(Store, file.Entry), ListAhead(file));
        return _contents.Read(file.Entry, file.Path, maxSize);
    }

    /// <summary>Fetches files that are about to be read and are not here, all at once.</summary>
    public void Prefetch(IEnumerable<MachineFile> files) => _contents.Prefetch(files.Select(file => file.Entry));

    /// <inheritdoc cref="FileContents.ReadMany"/>
    public void ReadMany(IReadOnlyList<MachineFile> files, int maxSize, BlobVisitor visit, CancellationToken cancellation = default) =>
        _contents.ReadMany(files, maxSize, visit, cancellation);

    /// <summary>Returns the entry with the content, where a hard link stands.</summary>
    public TreeEntry Resolve(TreeEntry entry, MountPoint mount) =>
        entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(Store, mount.Volume.Root!, entry) : entry;

    // Small files that stand beside one that is read are often read next.
    private IEnumerable<BlobId> ListAhead(MachineFile file)
    {
        int end = file.Path.LastIndexOf('/');
        long bytes = 0;
        foreach (MachineFile beside in List(end < 0 ? "" : file.Path[..end]))
        {
            if (beside.Entry is not { Type: TreeEntryType.File, List: null, Size: > 0 and <= MaxSizeAhead, Sha256: { } id })
                continue;
            bytes += beside.Entry.Size;
            if (bytes > MaxBytesAhead)
                yield break;
            yield return new BlobId(id);
        }
    }

    private (TreeEntry Entry, MountPoint Mount) Enter(string path, TreeEntry entry, MountPoint mount) =>
        MountAt(path) is { } other ? (other.Root, other) : (entry, mount);

    private MountPoint? MountAt(string path) => _mounts.Find(item => item.Path.Length > 0 && item.Path == path);

    /// <summary>The volume that a path without links lies on.</summary>
    public MountPoint MountOf(string path)
    {
        MountPoint best = _mounts[0];
        foreach (MountPoint mount in _mounts)
        {
            if (mount.Path.Length > best.Path.Length && mount.Holds(path))
                best = mount;
        }

        return best;
    }
}
