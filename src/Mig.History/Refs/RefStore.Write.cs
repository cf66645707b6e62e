using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;
using Mig.Store.Locks;

namespace Mig.History.Refs;

public sealed partial class RefStore
{
    /// <summary>Begins an update of several refs: all of them move, or none.</summary>
    public RefTransaction BeginTransaction(Signature who) => new(this, who);

    /// <summary>Moves a ref, or creates it. A symbolic ref moves what it stands for, so HEAD moves its branch.</summary>
    /// <param name="name">The ref.</param>
    /// <param name="expected">Where it must be now: the null id when it must not exist, null when that does not matter.</param>
    /// <param name="newId">Where it will be.</param>
    /// <param name="who">Who moves it.</param>
    /// <param name="reason">Why, for its log.</param>
    /// <exception cref="ConflictException">It is elsewhere; another ref's name is in the way; the refs stay locked.</exception>
    public void Update(RefName name, ObjectId? expected, ObjectId newId, Signature who, string reason) =>
        BeginTransaction(who).Update(name, expected, newId, reason).Commit();

    /// <summary>Deletes a ref and its log; the ref itself, not what it stands for.</summary>
    /// <inheritdoc cref="Update"/>
    public void Delete(RefName name, ObjectId? expected, Signature who, string reason) =>
        BeginTransaction(who).Delete(name, expected, reason).Commit();

    /// <summary>Puts HEAD on a branch, which may be unborn.</summary>
    public void AttachHead(RefName branch, Signature who, string reason) => BeginTransaction(who).AttachHead(branch, reason).Commit();

    /// <summary>Puts HEAD on a commit without a branch.</summary>
    public void DetachHead(ObjectId id, Signature who, string reason) => BeginTransaction(who).DetachHead(id, reason).Commit();

    /// <summary>Renames a branch or another ref, with its log; HEAD stays on it.</summary>
    /// <param name="from">The ref now.</param>
    /// <param name="to">Its new name.</param>
    /// <param name="who">Who renames it.</param>
    /// <param name="force">Whether another ref of the new name is replaced.</param>
    /// <exception cref="NotFoundException">There is no such ref.</exception>
    /// <exception cref="ConflictException">The new name is taken.</exception>
    public void Rename(RefName from, RefName to, Signature who, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(who);
        RefFiles.CheckStorable(to);
        using FileLock gate = Lock();
        RefName? headTarget = _files.ReadOrDamaged(RefName.Head)?.Target;
        RefValue? value = _files.Read(from);
        bool unborn = value is null && headTarget == from;
        if (value is null && !unborn)
            throw new NotFoundException($"{from} does not exist");
        if (value?.Target is not null)
            throw new UsageException($"{from} is symbolic and cannot be renamed");
        if (from == to)
            return;
        if (_files.Exists(to) && !force)
            throw new ConflictException($"{to} exists already; choose another name or force it");
        CheckNames(_files.Exists(to) ? [] : [to], [from]);
        _files.CheckParents(to);

        if (value is { } moved)
        {
            string reason = $"Branch: renamed {from} to {to}";
            MoveLog(from, to, new ReflogEntry(moved.Id, moved.Id, who, reason));
            bool inTheWay = to.Value.StartsWith(from.Value + "/", StringComparison.Ordinal) || from.Value.StartsWith(to.Value + "/", StringComparison.Ordinal);
            if (inTheWay)
                DeleteFile(from); // a file and a folder cannot share a name; the log in its new place says where the ref was
            PrepareFolder(to);
            WriteFile(to, moved.Id + "\n", 0);
            if (headTarget == from)
                _log.Append(RefName.Head, new ReflogEntry(moved.Id, moved.Id, who, reason));
        }

        if (headTarget == from)
            WriteFile(RefName.Head, $"ref: {to}\n", 0);
        DeleteFile(from);
    }

    internal void Commit(IReadOnlyList<RefUpdate> updates, Signature who)
    {
        // Held until the refs have moved: what they name cannot be collected meanwhile.
        using FileLock? retained = _objects?.Retain();
        foreach (RefUpdate update in updates)
        {
            if (_objects is not null && update.NewId is { } id && !_objects.Contains(id))
                throw new NotFoundException($"{id}, which {update.Name} shall name, is not in the repository; 'mig gc' in another process may have removed it");
        }

        using FileLock gate = Lock();
        RefName? headTarget = _files.ReadOrDamaged(RefName.Head)?.Target;
        var resolved = new RefUpdates(_files, updates, headTarget);
        resolved.Verify(name => _log.Read(name));
        CheckNames(resolved.Created, resolved.Deleted);
        foreach ((RefName name, _) in resolved.Writes)
            _files.CheckParents(name);

        // What the logs will say depends on files that are about to go.
        List<(RefName Name, ReflogEntry Entry)> moves = [.. resolved.Moves(who)];

        // Everything that can fail for want of space or permission happens before the first ref moves.
        int number = 0;
        foreach ((RefName _, string? content) in resolved.Writes)
        {
            if (content is not null)
                DurableFile.WriteNew(TemporaryPath(number), System.Text.Encoding.UTF8.GetBytes(content));
            number++;
        }

        foreach (RefName name in resolved.Deleted)
            DeleteFile(name);
        foreach ((RefName name, string? content) in resolved.Writes)
        {
            if (content is not null)
                PrepareFolder(name);
        }

        foreach ((RefName name, ReflogEntry entry) in moves)
        {
            if (_log.IsWanted(name) && !resolved.Deleted.Contains(name))
                _log.Append(name, entry);
        }

        number = 0;
        foreach ((RefName name, string? content) in resolved.Writes)
        {
            if (content is not null)
                DurableFile.Publish(TemporaryPath(number), _files.PathOf(name));
            number++;
        }
    }

    // As Git: a name cannot be a ref and a folder of refs at once.
    private void CheckNames(IReadOnlyCollection<RefName> created, IReadOnlyCollection<RefName> deleted)
    {
        HashSet<RefName> all = [.. created];
        foreach (RefName name in created)
        {
            string[] parts = name.Value.Split('/');
            for (int i = 3; i < parts.Length; i++)
            {
                RefName parent = RefName.Parse(string.Join('/', parts[..i]));
                if (all.Contains(parent))
                    throw new ConflictException($"'{parent}' and '{name}' cannot both exist");
                if (_files.Exists(parent) && !deleted.Contains(parent))
                    throw new ConflictException($"'{parent}' exists, so '{name}' cannot be created; choose another name, or delete or rename '{parent}'");
            }

            if (name.Value.StartsWith("refs/", StringComparison.Ordinal) && _files.List(name.Value + "/").Find(child => !deleted.Contains(child)) is { } inside)
                throw new ConflictException($"'{inside}' exists, so '{name}' cannot be created; choose another name, or delete or rename '{inside}'");
            if (new DirectoryInfo(_files.PathOf(name)) is { Exists: true, LinkTarget: null } folder && FindStranger(folder, name, deleted) is { } stranger)
                throw new ConflictException($"'{name}' cannot be created: its place is a folder that holds {stranger}, which is no ref; remove that");
        }
    }

    private string? FindStranger(DirectoryInfo folder, RefName name, IReadOnlyCollection<RefName> deleted)
    {
        int refs = _files.List(name.Value + "/").Count(deleted.Contains);
        List<FileInfo> entries = [.. folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })];
        return entries.Count == refs ? null : entries[0].FullName;
    }

    // Names are checked: what stands in the way here are empty folders.
    private void PrepareFolder(RefName name)
    {
        string path = _files.PathOf(name);
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null } folder)
            HostFiles.DeleteFolder(folder.FullName, recursive: true);
        DurableFile.CreateFolder(_files.Folder, Path.GetDirectoryName(path)!);
    }

    private void DeleteFile(RefName name)
    {
        string path = _files.PathOf(name);
        _files.CheckParents(name);
        if (_files.Exists(name))
        {
            HostFiles.Delete(path);
            HostFiles.SyncFolder(Path.GetDirectoryName(path)!);
        }

        _log.RemoveEmptyParents(path);
        _log.Delete(name);
    }

    private void MoveLog(RefName from, RefName to, ReflogEntry last)
    {
        _log.Delete(to); // the log of a ref that is being replaced
        if (_files.IsOwnFile("logs/" + from.Value))
        {
            // Over a place of its own, because 'a' may become 'a/b'.
            HostFiles.Move(_files.LogPathOf(from), TemporaryPath(0));
            _log.Delete(from);
            _log.MakeRoom(to);
            DurableFile.CreateFolder(_files.Folder, Path.GetDirectoryName(_files.LogPathOf(to))!);
            DurableFile.Publish(TemporaryPath(0), _files.LogPathOf(to));
        }

        _log.Append(to, last);
    }
}
