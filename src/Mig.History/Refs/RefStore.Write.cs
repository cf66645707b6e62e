using Mig.Core;
using Mig.History.Commits;
using Mig.History.Configuration;
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

    /// <inheritdoc cref="RefTransaction.Rename"/>
    /// <exception cref="NotFoundException">There is no such ref.</exception>
    /// <exception cref="ConflictException">The new name is taken.</exception>
    public void Rename(RefName from, RefName to, Signature who, bool force = false) => BeginTransaction(who).Rename(from, to, force).Commit();

    internal void Commit(IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames, Action<ConfigDocument>? configure, Signature who)
    {
        // Held until the refs have moved: what they name cannot be collected meanwhile.
        using FileLock? retained = _objects?.Retain();
        foreach (RefUpdate update in updates)
        {
            if (_objects is not null && update.NewId is { } id && !_objects.Contains(id))
                throw new NotFoundException($"{id}, which {update.Name} shall name, is not in the repository; 'mig gc' in another process may have removed it");
        }

        using FileLock gate = Lock();
        RefUpdates resolved = Resolve(updates, renames, null);
        using FileLock? configuration = configure is null ? null : _configuration.Lock();
        var journal = new RefJournal();
        AddRefs(journal, resolved);
        AddLogs(journal, resolved, who);
        if (configure is not null && _configuration.Change(configure) is { } bytes)
            journal.Add(new JournalStep(JournalStepKind.Write, RefJournal.ConfigPath, 0, bytes));
        Carry(journal);
    }

    internal void Check(IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames, Func<RefName, string>? describe)
    {
        using FileLock gate = Lock();
        _ = Resolve(updates, renames, describe);
    }

    // All that can be wrong with an update. Under the lock.
    private RefUpdates Resolve(IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames, Func<RefName, string>? describe)
    {
        RefName? headTarget = _files.ReadOrDamaged(RefName.Head)?.Target;
        var resolved = new RefUpdates(_files, [.. updates, .. renames.SelectMany(rename => Expand(rename, headTarget))], headTarget);
        resolved.Verify(name => _log.Read(name));
        CheckNames(resolved.Created, resolved.Deleted, describe ?? (_ => ""));
        return resolved;
    }

    private IEnumerable<RefUpdate> Expand(RefRename rename, RefName? headTarget)
    {
        (RefName from, RefName to, bool force, string reason) = rename;
        RefValue? value = _files.Read(from);
        if (value is null && headTarget != from)
            throw new NotFoundException($"{from} does not exist");
        if (value?.Target is not null)
            throw new UsageException($"{from} is symbolic and cannot be renamed");
        if (from == to)
            yield break;
        if (_files.Exists(to) && !force)
            throw new ConflictException($"{to} exists already; choose another name or force it");
        if (value is { } moved)
        {
            yield return new RefUpdate(from, null, null, null, Follow: false, reason);
            yield return new RefUpdate(to, null, moved.Id, null, Follow: false, reason, Was: from);
        }

        if (headTarget == from)
            yield return new RefUpdate(RefName.Head, null, null, to, Follow: false, reason);
    }

    private static void AddRefs(RefJournal journal, RefUpdates resolved)
    {
        foreach ((RefName name, string? content) in resolved.Writes)
        {
            journal.Add(content is null
                ? new JournalStep(JournalStepKind.Delete, name.Value, 0, [])
                : new JournalStep(JournalStepKind.Write, name.Value, 0, System.Text.Encoding.UTF8.GetBytes(content)));
        }
    }

    private void AddLogs(RefJournal journal, RefUpdates resolved, Signature who)
    {
        foreach (RefName name in resolved.Deleted)
        {
            if (_log.Delete(name) is { } step)
                journal.Add(step);
        }

        foreach (IGrouping<RefName, ReflogEntry> moves in resolved.Moves(who).Where(move => !resolved.Deleted.Contains(move.Name)).GroupBy(move => move.Name, move => move.Entry))
        {
            if (resolved.FindOldName(moves.Key) is { } from)
                journal.Add(_log.Continue(from, moves.Key, moves));
            else if (_log.IsWanted(moves.Key))
                journal.Add(_log.Append(moves.Key, moves));
        }
    }

    // Once the journal is there, all of it holds: every reader looks there first.
    private void Carry(RefJournal journal)
    {
        if (journal.Steps.Count == 0)
            return;
        foreach (JournalStep step in journal.Steps)
            _files.CheckParents(step.Path);
        _journal.Publish(journal, TemporaryPath);
        var run = new JournalRun(_files, TemporaryPath);
        try
        {
            run.Apply(journal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CorruptStoreException)
        {
            if (run.TryUndo() && TryRemove(journal))
                throw;
            SayUnfinished(e);
            return;
        }

        try
        {
            run.Sync();
            _journal.Remove(durably: journal.Find(RefJournal.ConfigPath) is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SayUnfinished(e);
        }
    }

    private bool TryRemove(RefJournal journal)
    {
        try
        {
            _journal.Remove(durably: journal.Steps.Count > 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void SayUnfinished(Exception reason) =>
        _notice($"the refs have moved, and that is durable, but not all of their files could be written ({reason.Message.TrimEnd('.')}); the next command that can will do it, from {Path.Combine(_files.Folder, RefJournal.FileName)}");

    // What a killed command left is done before anything is decided.
    private void CompletePending()
    {
        if (!_journal.Exists)
            return;
        if (_journal.Read() is { } journal)
        {
            using FileLock? configuration = journal.Find(RefJournal.ConfigPath) is null ? null : _configuration.Lock();
            var run = new JournalRun(_files, TemporaryPath);
            run.Apply(journal);
            run.Sync();
        }

        _journal.Remove(durably: true);
    }

    // As Git: a name cannot be a ref and a folder of refs at once.
    private void CheckNames(IReadOnlyCollection<RefName> created, IReadOnlyCollection<RefName> deleted, Func<RefName, string> describe)
    {
        HashSet<RefName> all = [.. created];
        foreach (RefName name in created)
        {
            if (name.IsBranchHead)
                throw new UsageException($"{describe(name)}'HEAD' cannot be the name of a branch: it would be taken for HEAD; choose another name");
            string[] parts = name.Value.Split('/');
            for (int i = 3; i < parts.Length; i++)
            {
                RefName parent = RefName.Parse(string.Join('/', parts[..i]));
                if (all.Contains(parent))
                    throw new ConflictException($"{describe(name)}'{parent}' and '{name}' cannot both exist");
                if (_files.Exists(parent) && !deleted.Contains(parent))
                    throw new ConflictException($"{describe(name)}'{parent}' exists, so '{name}' cannot be created; choose another name, or delete or rename '{parent}'");
            }

            if (name.Value.StartsWith("refs/", StringComparison.Ordinal) && _files.List(name.Value + "/").Find(child => !deleted.Contains(child)) is { } inside)
                throw new ConflictException($"{describe(name)}'{inside}' exists, so '{name}' cannot be created; choose another name, or delete or rename '{inside}'");
            if (new DirectoryInfo(_files.PathOf(name)) is { Exists: true, LinkTarget: null } folder && FindStranger(folder, name, deleted) is { } stranger)
                throw new ConflictException($"{describe(name)}'{name}' cannot be created: its place is a folder that holds {stranger}, which is no ref; remove that");
        }
    }

    private string? FindStranger(DirectoryInfo folder, RefName name, IReadOnlyCollection<RefName> deleted)
    {
        int refs = _files.List(name.Value + "/").Count(deleted.Contains);
        List<FileInfo> entries = [.. folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })];
        return entries.Count == refs ? null : entries[0].FullName;
    }
}
