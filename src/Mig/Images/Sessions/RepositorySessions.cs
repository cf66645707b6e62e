using System.Globalization;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Store.Locks;
using Mig.Versions.Commits;

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
            var disks = image.Disks.Select(disk => MakeDisk(folder, disk.Length)).ToList();
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
        return new SessionInfo(name, file.Base, file.Branch, file.Created, file.Expires, CountDirty(folder, file), IsInUse(folder));
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
    public SessionInfo Fork(string name, string fork)
    {
        CheckName(fork);
        string from = Require(name);
        using FileLock held = Hold(from, name);
        SessionFile file = SessionFile.Read(from);
        if (file.Disks.FirstOrDefault(disk => disk.Layers.Count >= BlockMap.MostLayers) is not null)
            throw new ConflictException($"'{name}' was forked {BlockMap.MostLayers - 1} times; commit it, and fork what comes of that");
        IReadOnlyList<ImageDisk> disks = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(file.Base).Image).Disks;

        // What was the layer that is written belongs to both from now on, so each gets another one.
        SessionFile next = file with
        {
            Disks = [.. file.Disks.Select((disk, i) => disk with { Layers =
            [.. disk.Layers, MakeLayer(from, disks[i].Length)] })]
        };
        HostFiles.SyncFolder(from);
        next.Write(from);
        Make(fork, folder =>
        {
            var copies = new List<SessionFile.Disk>();
            for (int i = 0; i < file.Disks.Count; i++)
            {
                SessionFile.Disk disk = file.Disks[i];
                foreach (string layer in disk.LayerNames)
                {
                    if (!FileSharing.TryLink(Path.Combine(from, layer), Path.Combine(folder, layer)))
                        throw new UnsupportedFeatureException("fork",
                            $"{Folder} is on a file system without hard links, which a fork needs");
                }

                string map = CreateId();
                CopyMap(Path.Combine(from, disk.MapName), Path.Combine(folder, map + ".map"));
                copies.Add(new SessionFile.Disk(map, [.. disk.Layers, MakeLayer(folder, disks[i].Length)]));
            }

            (file with { Created = _repository.Context.Clock.GetUtcNow(), Disks = copies }).Write(folder);
        });
        return Find(fork);
    }

    /// <summary>Makes a version of what a session holds, on its branch; the session then stands on that version.</summary>
    /// <inheritdoc cref="RepositoryCommits.Add(CommitRequest, CancellationToken)"/>
    public CommitResult Commit(string name, string message, bool noVerify = false, CancellationToken cancellation = default) =>
        new SessionCommit(_repository).Run(name, new CommitRequest { Disks = [], Message = message, NoVerify = noVerify }, cancellation);

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
        string folder = Require(name);
        FileLock held = Hold(folder, name);
        var disks = new List<SessionDisk>();
        try
        {
            SessionFile file = SessionFile.Read(folder);
            MachineImage image = _repository.Objects.ReadImage(_repository.Objects.ReadCommit(file.Base).Image);
            if (image.Disks.Count != file.Disks.Count)
                throw new CorruptStoreException("SESS-001",
                    $"{folder}: {file.Disks.Count} disks, the version {file.Base.Value} has {image.Disks.Count}");
            for (int i = 0; i < image.Disks.Count; i++)
                disks.Add(OpenDisk(folder, file.Disks[i], image.Disks[i], watch ?? (disk => disk)));
            return new OpenSession(name, file, image, disks, held);
        }
        catch
        {
            disks.ForEach(disk => disk.Dispose());
            held.Dispose();
            throw;
        }
    }

    /// <summary>Lets a session that is held stand on the version that was made of it, with nothing written.</summary>
    internal void Rebase(OpenSession session, CommitId commit)
    {
        string folder = Path.Combine(Folder, session.Name);
        List<SessionFile.Disk> disks = [.. session.Image.Disks.Select(disk => MakeDisk(folder, disk.Length))];
        HostFiles.SyncFolder(folder);
        (session.File with { Base = commit, Disks = disks }).Write(folder);
        HashSet<string> kept = [.. disks.SelectMany(disk => disk.LayerNames.Append(disk.MapName)), SessionFile.Name, LockName];
        foreach (string path in HostFiles.List(folder).Where(path => !kept.Contains(Path.GetFileName(path))).ToList())
            HostFiles.Delete(path);
    }

    private static SessionFile.Disk MakeDisk(string folder, long length)
    {
        string map = CreateId();
        using (HostFile file = HostFile.CreatePrivate(Path.Combine(folder, map + ".map")))
        {
            file.SetLength(BlockMap.SizeOf(length));
            file.Sync();
        }

        return new SessionFile.Disk(map, [MakeLayer(folder, length)]);
    }

    private static string MakeLayer(string folder, long length)
    {
        string layer = CreateId();
        using HostFile file = HostFile.CreatePrivate(Path.Combine(folder, layer + ".layer"));
        file.SetLength(length);
        file.Sync();
        return layer;
    }

    private static void CopyMap(string from, string to)
    {
        using HostFile source = HostFile.OpenRead(from);
        using HostFile target = HostFile.CreatePrivate(to);
        target.SetLength(source.Length);
        byte[] buffer = new byte[1 << 20];
        foreach (ByteRange range in FileSource.Of(source, source.Length).GetStoredRanges(new ByteRange(0, source.Length)))
        {
            for (long offset = range.Offset; offset < range.End; offset += buffer.Length)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - offset));
                source.Read(part, offset);
                target.Write(part, offset);
            }
        }

        target.Sync();
    }

    private static string CreateId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SessionFile.Disk.IdLength / 2));

    // What differs from the version, as far as it is durable.
    private static long CountDirty(string folder, SessionFile file)
    {
        long blocks = 0;
        foreach (SessionFile.Disk disk in file.Disks)
        {
            using HostFile map = HostFile.OpenRead(Path.Combine(folder, disk.MapName));
            using var places = new BlockMap(map, map.Length * BlockMap.BlockSize);
            places.Load(disk.Layers.Count);
            blocks += places.CountStored();
        }

        return blocks * BlockMap.BlockSize;
    }

    private static bool IsInUse(string folder)
    {
        try
        {
            Hold(folder, "").Dispose();
            return false;
        }
        catch (ConflictException)
        {
            return true;
        }
    }

    private static FileLock Hold(string folder, string name) =>
        FileLock.Acquire(Path.Combine(folder, LockName), $"the session '{name}'", TimeSpan.Zero);

    /// <summary>The name of a session that another name leads to: what it may not have is a dash.</summary>
    internal static string ToName(string text) => string.Concat(text.Take(MostNameLength).Select((c, i) =>
        char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && i > 0) ? c : '-'));

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name != ToName(name))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"'{name}' cannot name a session; up to {MostNameLength} letters, digits and ._- can, the first one not a dot"));
    }

    private SessionDisk OpenDisk(string folder, SessionFile.Disk disk, ImageDisk below, Func<ICachedSource, ICachedSource> watch)
    {
        var open = new List<HostFile>();
        try
        {
            foreach (string layer in disk.LayerNames)
                open.Add(HostFile.OpenWrite(Path.Combine(folder, layer)));
            HostFile places = HostFile.OpenWrite(Path.Combine(folder, disk.MapName));
            IReadOnlyList<HostFile> layers = [.. open];
            open.Add(places);
            var map = new BlockMap(places, below.Length);
            map.Load(layers.Count);
            return new SessionDisk(watch(new StoredDisk(_repository.Store, below.Layout, below.Length)), map, layers);
        }
        catch (Exception e)
        {
            open.ForEach(file => file.Dispose());
            if (e is FileNotFoundException)
                throw new CorruptStoreException("SESS-001", $"{e.Message}; 'mig session discard' removes what is left of the session", e);
            throw;
        }
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
