using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;
using Mig.Store;
using Mig.Store.Locks;

namespace Mig.History.Refs;

/// <summary>
/// The names of a repository: HEAD, branches, tags, remote branches, and the log of each. Safe for many threads and processes at once.
/// </summary>
/// <remarks>
/// Writers take one lock for all refs (<c>locks/refs</c>), which the kernel releases when a process ends, so nothing is ever left locked.
/// An update, with its logs, is one file at first, the journal; it takes effect as that gets its name, and then goes to the files of the
/// refs. Readers take no lock: they look into the journal first.
/// </remarks>
public sealed partial class RefStore
{
    private const int MaxSymbolicDepth = 5;
    private const int MaxLogsAtOnce = 1000;
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(20);

    // The files as they are, for those who have the lock; whoever has not reads a View.
    private readonly RefFiles _files;
    private readonly PackedFile _packed;
    private readonly Reflog _log;
    private readonly JournalFile _journal;
    private readonly ConfigFile _configuration;
    private readonly TimeSpan _patience;
    private readonly ObjectStore? _objects;
    private readonly Action<string> _notice;

    /// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
    /// <param name="patience">How long an update waits for another process; 20 s when null.</param>
    /// <param name="objects">The objects that refs name: what is not there cannot be named. Null to name anything.</param>
    /// <param name="notice">Takes what the user should know of an update that holds, but could not be finished.</param>
    public RefStore(string repositoryFolder, TimeSpan? patience = null, ObjectStore? objects = null, Action<string>? notice = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryFolder);
        _packed = new PackedFile(repositoryFolder);
        _files = new RefFiles(repositoryFolder, _packed);
        _log = new Reflog(_files);
        _journal = new JournalFile(repositoryFolder);
        _configuration = Config.RepositoryFile(repositoryFolder);
        _patience = patience ?? DefaultPatience;
        _objects = objects;
        _notice = notice ?? (_ => { });
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
        foreach (string folder in (string[])["refs", "logs", ""])
            HostFiles.SyncFolder(Path.Combine(store._files.Folder, folder));
        using FileLock gate = store.Lock();
        if (!store._files.Exists(RefName.Head))
        {
            var journal = new RefJournal();
            journal.Add(new JournalStep(JournalStepKind.Write, RefName.Head.Value, 0,
                System.Text.Encoding.UTF8.GetBytes($"ref: {branch}\n")));
            store.Carry(journal);
        }

        return store;
    }

    /// <summary>Finishes what a killed command left in the journal.</summary>
    public void Finish() => Lock().Dispose();

    /// <summary>Finishes what a killed command left in the journal, if it can be done at once; else it is read from there.</summary>
    public void TryFinish()
    {
        if (!_journal.Exists)
            return;
        try
        {
            Lock(TimeSpan.Zero).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException or ConflictException)
        {
            // Read-only, or somebody else is at it.
        }
    }

    /// <summary>Reads where the repository stands.</summary>
    /// <exception cref="CorruptStoreException">HIST-010 to HIST-013.</exception>
    public Head ReadHead()
    {
        RefFiles view = View();
        RefValue value = view.Read(RefName.Head)
            ?? throw new CorruptStoreException("HIST-012", $"HEAD is missing in {_files.Folder}; 'mig checkout <branch>' sets it again");
        return value.Target is null ? new Head(null, value.Id) : new Head(value.Target, Resolve(view, value.Target, depth: 0));
    }

    /// <summary>Reads a ref; null when there is none, or when it is symbolic and ends at none.</summary>
    public Ref? Read(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Read(View(), name);
    }

    /// <summary>Returns the id that a ref names in the end.</summary>
    public ObjectId? Resolve(RefName name) => Resolve(View(), name, depth: 0);

    /// <summary>Returns what a symbolic ref stands for, even when that does not exist; null when it is not symbolic.</summary>
    public RefName? ReadSymbolic(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return View().Read(name)?.Target;
    }

    /// <summary>Returns the refs whose full name begins with <paramref name="prefix"/>, sorted by bytes.</summary>
    /// <param name="prefix">Such as <c>refs/heads/</c>.</param>
    /// <param name="damaged">Receives what is wrong with refs that cannot be read; when null, the first such ref throws.</param>
    public IReadOnlyList<Ref> List(string prefix = "refs/", ICollection<CorruptStoreException>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return [.. Enumerate(prefix, null, damaged)];
    }

    /// <summary>Returns the refs below a prefix, sorted by bytes; those that nobody asks for any more are not read.</summary>
    /// <param name="prefix">Such as <c>refs/heads/</c>.</param>
    /// <param name="after">Only refs behind this one; null for all.</param>
    /// <param name="damaged">As in <see cref="List"/>.</param>
    public IEnumerable<Ref> Enumerate(string prefix, RefName? after = null, ICollection<CorruptStoreException>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        RefFiles view = View().ForMany();
        foreach ((RefName name, ObjectId? packed) in view.ListValues(prefix, after, damaged))
        {
            Ref? found = null;
            try
            {
                found = packed is { } id ? new Ref(name, id) : Read(view, name);
            }
            catch (CorruptStoreException e) when (damaged is not null)
            {
                damaged.Add(e);
            }

            if (found is not null)
                yield return found;
        }
    }

    /// <summary>Returns the names below a prefix, sorted, also of refs that are damaged or stand for what does not exist.</summary>
    public IReadOnlyList<RefName> ListNames(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return View().List(prefix);
    }

    /// <summary>Tells whether there is a ref of a name, also one that is damaged or stands for what does not exist.</summary>
    public bool Exists(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return View().Exists(name);
    }

    /// <summary>Returns the moves of a ref, newest first.</summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-014.</exception>
    public IReadOnlyList<ReflogEntry> ReadLog(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new Reflog(View()).Read(name);
    }

    /// <summary>Returns the refs that have a log, deleted ones excepted: what their entries name is still in use.</summary>
    public IReadOnlyList<RefName> ListLogs()
    {
        RefFiles view = View();
        List<RefName> names = view.ListLogs("refs/");
        if (view.HasLog(RefName.Head))
            names.Insert(0, RefName.Head);
        return names;
    }

    /// <summary>Drops moves from a log, as <c>reflog expire</c> does.</summary>
    /// <returns>How many were dropped.</returns>
    public int ExpireLog(RefName name, Func<ReflogEntry, bool> keep) => ExpireLogs([(name, keep)]);

    /// <summary>Drops moves from several logs.</summary>
    /// <inheritdoc cref="ExpireLog"/>
    public int ExpireLogs(IEnumerable<(RefName Name, Func<ReflogEntry, bool> Keep)> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        int dropped = 0;
        foreach ((RefName Name, Func<ReflogEntry, bool> Keep)[] batch in logs.Chunk(MaxLogsAtOnce))
        {
            using FileLock gate = Lock();
            var journal = new RefJournal();
            foreach ((RefName name, Func<ReflogEntry, bool> keep) in batch)
            {
                (JournalStep? step, int count) = _log.Shorten(name, keep);
                dropped += count;
                if (step is not null)
                    journal.Add(step);
            }

            Carry(journal);
        }

        return dropped;
    }

    private static Ref? Read(RefFiles view, RefName name)
    {
        if (view.Read(name) is not { } value)
            return null;
        ObjectId? id = value.Target is null ? value.Id : Resolve(view, value.Target, depth: 1);
        return id is null ? null : new Ref(name, id.Value, value.Target);
    }

    private static ObjectId? Resolve(RefFiles view, RefName name, int depth)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (depth > MaxSymbolicDepth)
            throw new CorruptStoreException(
                "HIST-013", $"{name} is reached over more than {MaxSymbolicDepth} symbolic refs, perhaps in a circle; delete one of them");
        return view.Read(name) switch
        {
            null => null,
            { Target: { } target } => Resolve(view, target, depth + 1),
            { } value => value.Id,
        };
    }

    // An update that holds, although its files are not all written, is seen whole.
    private RefFiles View() => _journal.Read() is { } pending ? new RefFiles(_files.Folder, _packed, pending) : _files;

    private FileLock Lock() => Lock(_patience);

    private FileLock Lock(TimeSpan patience)
    {
        string folder = Path.Combine(_files.Folder, "locks");
        if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: not null })
            throw new CorruptStoreException("HIST-011", $"locks is a symbolic link, which mig does not follow here; remove {folder}");
        HostFiles.CreateFolder(folder);
        FileLock gate = FileLock.Acquire(Path.Combine(folder, "refs"), "the refs of this repository", patience);
        try
        {
            CompletePending();
            return gate;
        }
        catch
        {
            gate.Dispose();
            throw;
        }
    }

    private string TemporaryPath => Path.Combine(_files.Folder, "locks", "ref.new");
}
