using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;
using Mig.Store;
using Mig.Store.Locks;

namespace Mig.History.Refs;

/// <summary>The names of a repository: HEAD, branches, tags, remote branches, and the log of each. Safe for many threads and processes at once.</summary>
/// <remarks>
/// Readers take no lock: every file is replaced by one rename. Writers take one lock for all refs (<c>locks/refs</c>), which the kernel
/// releases when a process ends, so nothing is ever left locked. The log is written before the ref, so no move goes unlogged.
/// </remarks>
public sealed partial class RefStore
{
    private const int MaxSymbolicDepth = 5;
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(20);

    private readonly RefFiles _files;
    private readonly Reflog _log;
    private readonly TimeSpan _patience;
    private readonly ObjectStore? _objects;

    /// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
    /// <param name="patience">How long an update waits for another process; 20 s when null.</param>
    /// <param name="objects">The objects that refs name: what is not there cannot be named. Null to name anything.</param>
    public RefStore(string repositoryFolder, TimeSpan? patience = null, ObjectStore? objects = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryFolder);
        _files = new RefFiles(repositoryFolder);
        _log = new Reflog(_files);
        _patience = patience ?? DefaultPatience;
        _objects = objects;
    }

    /// <summary>Makes a folder a place for refs, HEAD being on an unborn branch. What is there stays.</summary>
    public static RefStore Initialize(string repositoryFolder, RefName branch)
    {
        ArgumentNullException.ThrowIfNull(branch);
        if (!branch.IsBranch)
            throw new UsageException($"HEAD must begin on a branch, not on '{branch}'");
        var store = new RefStore(repositoryFolder);
        foreach (string folder in (string[])["", "refs", "refs/heads", "refs/tags", "refs/remotes", "logs", "locks"])
            HostFiles.CreateFolder(Path.Combine(store._files.Folder, folder));
        using FileLock gate = store.Lock();
        if (!store._files.Exists(RefName.Head))
            store.WriteFile(RefName.Head, $"ref: {branch}\n", 0);
        HostFiles.SyncFolder(store._files.Folder);
        return store;
    }

    /// <summary>Reads where the repository stands.</summary>
    /// <exception cref="CorruptStoreException">HIST-010 to HIST-013.</exception>
    public Head ReadHead()
    {
        RefValue value = _files.Read(RefName.Head)
            ?? throw new CorruptStoreException("HIST-012", $"HEAD is missing in {_files.Folder}; 'mig checkout <branch>' sets it again");
        return value.Target is null ? new Head(null, value.Id) : new Head(value.Target, Resolve(value.Target));
    }

    /// <summary>Reads a ref; null when there is none, or when it is symbolic and ends at none.</summary>
    public Ref? Read(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_files.Read(name) is not { } value)
            return null;
        ObjectId? id = value.Target is null ? value.Id : Resolve(value.Target, depth: 1);
        return id is null ? null : new Ref(name, id.Value, value.Target);
    }

    /// <summary>Returns the id that a ref names in the end.</summary>
    public ObjectId? Resolve(RefName name) => Resolve(name, depth: 0);

    /// <summary>Returns what a symbolic ref stands for, even when that does not exist; null when it is not symbolic.</summary>
    public RefName? ReadSymbolic(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _files.Read(name)?.Target;
    }

    /// <summary>Returns the refs whose full name begins with <paramref name="prefix"/>, sorted by bytes.</summary>
    /// <param name="prefix">Such as <c>refs/heads/</c>.</param>
    /// <param name="damaged">Receives what is wrong with refs that cannot be read; when null, the first such ref throws.</param>
    public IReadOnlyList<Ref> List(string prefix = "refs/", ICollection<CorruptStoreException>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var refs = new List<Ref>();
        foreach (RefName name in _files.List(prefix))
        {
            try
            {
                if (Read(name) is { } found)
                    refs.Add(found);
            }
            catch (CorruptStoreException e) when (damaged is not null)
            {
                damaged.Add(e);
            }
        }

        return refs;
    }

    /// <summary>Returns the names below a prefix, sorted, also of refs that are damaged or stand for what does not exist.</summary>
    public IReadOnlyList<RefName> ListNames(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return _files.List(prefix);
    }

    /// <summary>Returns the moves of a ref, newest first.</summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-014.</exception>
    public IReadOnlyList<ReflogEntry> ReadLog(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _log.Read(name);
    }

    /// <summary>Returns the refs that have a log, deleted ones excepted: what their entries name is still in use.</summary>
    public IReadOnlyList<RefName> ListLogs()
    {
        var logs = new RefFiles(Path.Combine(_files.Folder, "logs"));
        List<RefName> names = logs.List("refs/");
        if (logs.Exists(RefName.Head))
            names.Insert(0, RefName.Head);
        return names;
    }

    /// <summary>Drops moves from a log, as <c>reflog expire</c> does.</summary>
    /// <returns>How many were dropped.</returns>
    public int ExpireLog(RefName name, Func<ReflogEntry, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(keep);
        using FileLock gate = Lock();
        return _log.Rewrite(name, keep, TemporaryPath(0));
    }

    private ObjectId? Resolve(RefName name, int depth)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (depth > MaxSymbolicDepth)
            throw new CorruptStoreException("HIST-013", $"{name} is reached over more than {MaxSymbolicDepth} symbolic refs, perhaps in a circle; delete one of them");
        return _files.Read(name) switch
        {
            null => null,
            { Target: { } target } => Resolve(target, depth + 1),
            { } value => value.Id,
        };
    }

    private FileLock Lock()
    {
        string folder = Path.Combine(_files.Folder, "locks");
        if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: not null })
            throw new CorruptStoreException("HIST-011", $"locks is a symbolic link, which mig does not follow here; remove {folder}");
        HostFiles.CreateFolder(folder);
        return FileLock.Acquire(Path.Combine(folder, "refs"), "the refs of this repository", _patience);
    }

    private string TemporaryPath(int number) => Path.Combine(_files.Folder, "locks", $"ref-{number}.new");

    private void WriteFile(RefName name, string content, int number)
    {
        DurableFile.WriteNew(TemporaryPath(number), System.Text.Encoding.UTF8.GetBytes(content));
        DurableFile.Publish(TemporaryPath(number), _files.PathOf(name));
    }
}
