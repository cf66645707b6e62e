using System.Globalization;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits.Sealing;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;
using Mig.Versions.Working;

namespace Mig.Images.Sessions;

/// <summary>
/// The sessions of a repository: disks of versions that are written, and become versions. May be used from several threads.
/// </summary>
/// <remarks>
/// A session is a folder of <c>sessions</c> (docs/format.md). It has its own links to the layers that it shares with others, so that what
/// nobody needs goes by itself.
/// </remarks>
public sealed class RepositorySessions
{
    private const string FolderName = "sessions";
    private const string LockName = "lock";
    private const int MostNameLength = 100;

    private readonly Repository _repository;

    internal RepositorySessions(Repository repository) => _repository = repository;

    private string Folder => Path.Combine(_repository.Folder, FolderName);

    /// <summary>Begins a session on a version.</summary>
    /// <param name="name">Letters, digits and <c>._-</c>.</param>
    /// <param name="revision">The version; a branch's name says where commits go, too.</param>
    /// <param name="life">How long it is kept; null for ever.</param>
    /// <exception cref="ConflictException">There is one of that name.</exception>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    public SessionInfo Start(string name, string revision, TimeSpan? life = null)
    {
        CheckName(name);
        using FileLock retained = _repository.Store.Retain();
        CommitId commit = _repository.Revisions.ResolveCommit(revision);
        RefName? branch = _repository.Revisions.ResolveRef(revision) is { IsBranch: true } found ? found : null;
        if (branch is null && revision == "HEAD")
            branch = _repository.Refs.ReadHead().Branch;
        MachineImage image = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(commit).Image);
        Make(name, folder =>
        {
            var disks = image.Disks.Select(disk => SessionFiles.MakeDisk(folder, disk.Length)).ToList();
            DateTimeOffset now = _repository.Context.Clock.GetUtcNow();
            new SessionFile(commit, branch, now, life is { } span ? now + span : null, disks).Write(folder);
        });
        return Find(name);
    }

    /// <summary>Lists the sessions, by name.</summary>
    public IReadOnlyList<SessionInfo> List() => [.. ListNames().Select(Find)];

    /// <summary>Returns what is known of a session.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    public SessionInfo Find(string name)
    {
        string folder = Require(name);
        SessionFile file = SessionFile.Read(folder);
        MachineImage image = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(file.Base).Image);
        List<SessionDiskInfo> disks = [.. image.Disks.Zip(file.Disks).Select(pair =>
            new SessionDiskInfo(pair.First.Name, pair.First.Length, SessionFiles.CountDirty(folder, pair.Second)))];
        return new SessionInfo(name, file.Base, file.Branch, file.Created, file.Expires, disks,
            FileLock.FindHolder(Path.Combine(folder, LockName)));
    }

    /// <summary>Ends a session; what was written and not committed is gone.</summary>
    /// <exception cref="ConflictException">Somebody works with it.</exception>
    public void Discard(string name)
    {
        string folder = Require(name);
        using FileLock held = Hold(folder, name);
        string gone = Path.Combine(Folder, TemporaryName.Create("gone"));
        HostFiles.MoveFolder(folder, gone);
        HostFiles.SyncFolder(Folder);
        HostFiles.DeleteFolder(gone, recursive: true);
    }

    /// <summary>Begins a session with what another one holds: the two share it, and write apart from now on.</summary>
    /// <exception cref="ConflictException">Somebody works with the first, there is one with the second name, or it was forked too
    /// often.</exception>
    public SessionInfo Fork(string name, string fork) => Fork(name, fork, null);

    /// <summary>
    /// Begins a session with what another one holds but for what only one machine should have: keys, ids, saved random numbers, logs,
    /// deleted data, as <c>mig seal</c> takes them out.
    /// </summary>
    /// <exception cref="NotFoundException">There is no system on the disks.</exception>
    /// <exception cref="UnsupportedFeatureException">A file system that holds what must go cannot be changed.</exception>
    /// <inheritdoc cref="Fork(string, string)"/>
    public SealedFork ForkSealed(string name, string fork, CancellationToken cancellation = default)
    {
        SealReport? report = null;
        SessionInfo made = Fork(name, fork, folder =>
        {
            using OpenSession session = OpenIn(folder, fork);
            var sealer = new ImageSealer(_repository);
            new SessionEdit(_repository).Run(session, edit => report = sealer.Apply(edit, $"session '{name}'", cancellation), cancellation);
        });
        return new SealedFork(made, report!.Paths, report.Coverage);
    }

    private SessionInfo Fork(string name, string fork, Action<string>? complete)
    {
        CheckName(fork);
        string from = Require(name);
        using FileLock held = Hold(from, name);
        SessionFile file = Settle(from, SessionFile.Read(from));
        CheckLayers(name, file);
        IReadOnlyList<ImageDisk> disks = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(file.Base).Image).Disks;

        // What was the layer that is written belongs to both from now on, so each gets another one.
        SessionFile next = file with
        {
            Disks = [.. file.Disks.Select((disk, i) => disk with { Layers =
            [.. disk.Layers, SessionFiles.MakeLayer(from, disks[i].Length)] })]
        };
        HostFiles.SyncFolder(from);
        next.Write(from);
        Make(fork, folder =>
        {
            List<SessionFile.Disk> copies = [.. file.Disks.Select((disk, i) =>
                SessionFiles.Continue(from, disk, folder, disks[i].Length))];
            (file with { Created = _repository.Context.Clock.GetUtcNow(), Disks = copies }).Write(folder);
            complete?.Invoke(folder);
        });
        return Find(fork);
    }

    /// <summary>Makes a version of what a session holds, on its branch; the session then stands on that version.</summary>
    /// <inheritdoc cref="RepositoryCommits.Add(CommitRequest, CancellationToken)"/>
    public CommitResult Commit(string name, string message, bool noVerify = false, CancellationToken cancellation = default) =>
        Commit(name, new CommitRequest { Disks = [], Message = message, NoVerify = noVerify }, cancellation);

    internal CommitResult Commit(string name, CommitRequest request, CancellationToken cancellation) =>
        new SessionCommit(_repository).Run(name, request, cancellation);

    /// <summary>Takes files back to what the version below has.</summary>
    /// <param name="paths">Files, directories with all in them, patterns; at least one.</param>
    /// <returns>The paths that differed, sorted.</returns>
    /// <exception cref="ConflictException">Somebody works with the session.</exception>
    /// <exception cref="UnsupportedFeatureException">The file system cannot be changed; the message names it.</exception>
    public IReadOnlyList<string> Restore(string name, IReadOnlyList<PathSpec> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new UsageException("name the paths that are to be as they were; '/' is all of them");
        using OpenSession session = Open(name);
        return new SessionRestore(_repository).Run(session, paths, cancellation);
    }

    /// <summary>Compares what a session holds with the version below it.</summary>
    /// <returns>Holds the session until it is disposed.</returns>
    /// <exception cref="ConflictException">Somebody works with the session.</exception>
    public ComparedSides Compare(string name, CancellationToken cancellation = default)
    {
        OpenSession session = Open(name);
        try
        {
            var scratch = new ScratchStore(_repository.Store);
            ImageId before = _repository.Objects.ReadCommit(session.File.Base).Image;
            WorkingImage working = WorkingImage.Of(scratch, session, _repository.Context, cancellation);
            return new ComparedSides(scratch, _repository.Context.Parallelism, before, working.Id) { DisksAfter = working };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The versions that sessions stand on, which a collection leaves alone.</summary>
    internal IEnumerable<CommitId> ListBases() => ListNames().Select(name => SessionFile.Read(Path.Combine(Folder, name)).Base);

    /// <summary>Discards the sessions whose time is over, and that nobody works with.</summary>
    internal void DiscardExpired()
    {
        foreach (string name in ListNames())
        {
            SessionInfo info = Find(name);
            if (info.Expires <= _repository.Context.Clock.GetUtcNow() && !info.IsInUse)
                Discard(name);
        }
    }

    /// <summary>Takes a session for writing.</summary>
    /// <param name="watch">Given the disk of the version below, returns what it is read through; null for the disk itself.</param>
    /// <exception cref="ConflictException">Somebody else works with it.</exception>
    internal OpenSession Open(string name, Func<ICachedSource, ICachedSource>? watch = null)
    {
        return OpenIn(Require(name), name, watch);
    }

    private OpenSession OpenIn(string folder, string name, Func<ICachedSource, ICachedSource>? watch = null)
    {
        FileLock held = Hold(folder, name);
        var disks = new List<SessionDisk>();
        try
        {
            SessionFile file = Settle(folder, SessionFile.Read(folder));
            MachineImage image = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(file.Base).Image);
            if (image.Disks.Count != file.Disks.Count)
                throw new CorruptStoreException("SESS-001",
                    $"{folder}: {file.Disks.Count} disks, the version {file.Base.Value} has {image.Disks.Count}");
            for (int i = 0; i < image.Disks.Count; i++)
                disks.Add(SessionFiles.OpenDisk(_repository.Store, folder, file.Disks[i], image.Disks[i], watch));
            return new OpenSession(name, folder, file, image, disks, held);
        }
        catch
        {
            disks.ForEach(disk => disk.Dispose());
            held.Dispose();
            throw;
        }
    }

    // A commit may have been killed when its branch had moved, or a moment before. The version holds what the session held then, and what
    // was written since lies above it, so the session stands on it as it is.
    private SessionFile Settle(string folder, SessionFile file)
    {
        if (file.Next is not { } next)
            return file;
        bool isMade = file.Branch is { } branch && _repository.Refs.Resolve(branch) is { } tip
            && _repository.Walk.IsAncestor(next, new CommitId(tip));
        SessionFile settled = file with { Base = isMade ? next : file.Base, Next = null };
        settled.Write(folder);
        return settled;
    }

    /// <summary>Lets a session that is held stand on the version that was made of it, with nothing written.</summary>
    internal static void Rebase(OpenSession session, CommitId commit)
    {
        List<SessionFile.Disk> disks = [.. session.Image.Disks.Select(disk => SessionFiles.MakeDisk(session.Folder, disk.Length))];
        Become(session, session.File with { Base = commit, Disks = disks, Next = null });
    }

    /// <summary>Writes to a session that is held, all of it or nothing: to new layers, which it has in one step.</summary>
    /// <exception cref="ConflictException">It has as many layers as there can be.</exception>
    internal void Replace(OpenSession session, Action<IReadOnlyList<SessionDisk>> write)
    {
        CheckLayers(session.Name, session.File);
        List<SessionFile.Disk> next = [.. session.File.Disks.Select((disk, i) =>
            SessionFiles.Continue(session.Folder, disk, session.Folder, session.Disks[i].Length))];
        var disks = new List<SessionDisk>();
        try
        {
            for (int i = 0; i < next.Count; i++)
                disks.Add(SessionFiles.OpenDisk(_repository.Store, session.Folder, next[i], session.Image.Disks[i]));
            write(disks);
            disks.ForEach(disk => disk.Flush());
        }
        finally
        {
            disks.ForEach(disk => disk.Dispose());
        }

        Become(session, session.File with { Disks = next });
    }

    private static void Become(OpenSession session, SessionFile next)
    {
        HostFiles.SyncFolder(session.Folder);
        next.Write(session.Folder);
        SessionFiles.Sweep(session.Folder, next.Disks);
    }

    private static void CheckLayers(string name, SessionFile file)
    {
        if (file.Disks.Any(disk => disk.Layers.Count >= BlockMap.MostLayers))
            throw new ConflictException(
                $"'{name}' was forked and restored {BlockMap.MostLayers - 1} times; commit it, and go on with what comes of that");
    }

    // Whoever only looks who has it may be in the way for a moment.
    private static FileLock Hold(string folder, string name) =>
        FileLock.Acquire(Path.Combine(folder, LockName), $"the session '{name}'", TimeSpan.FromMilliseconds(100));

    /// <summary>The name of a session that another name leads to: what it may not have is a dash.</summary>
    internal static string ToName(string text) => string.Concat(text.Take(MostNameLength).Select((c, i) =>
        char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && i > 0) ? c : '-'));

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name != ToName(name))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"'{name}' cannot name a session; up to {MostNameLength} letters, digits and ._- can, the first one not a dot"));
    }

    // Under another name first: what has a name is whole.
    private void Make(string name, Action<string> fill)
    {
        HostFiles.CreateFolder(Folder);
        string folder = Path.Combine(Folder, name), made = Path.Combine(Folder, TemporaryName.Create("new"));
        if (Directory.Exists(folder))
            throw new ConflictException($"there is a session '{name}' already; 'mig session discard {name}' ends it");
        HostFiles.CreateFolder(made);
        try
        {
            fill(made);
            HostFiles.SyncFolder(made);
            HostFiles.MoveFolder(made, folder);
            HostFiles.SyncFolder(Folder);
        }
        catch
        {
            HostFiles.DeleteFolder(made, recursive: true);
            throw;
        }
    }

    private IEnumerable<string> ListNames()
    {
        if (!Directory.Exists(Folder))
            return [];
        return Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path))
            .Where(name => File.Exists(Path.Combine(Folder, name, SessionFile.Name)) && !TemporaryName.IsOne(name))
            .Order(StringComparer.Ordinal);
    }

    private string Require(string name)
    {
        CheckName(name);
        string folder = Path.Combine(Folder, name);
        return Directory.Exists(folder) ? folder
            : throw new NotFoundException($"there is no session '{name}'.{NearNames.Suggest(name, ListNames())}");
    }
}
