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
    public void Rename(RefName from, RefName to, Signature who, bool force = false) =>
        BeginTransaction(who).Rename(from, to, force).Commit();

    internal void Commit(IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames, Action<ConfigDocument>? configure,
        Signature who, bool logsMovesOnly)
    {
        // Held until the refs have moved: what they name cannot be collected meanwhile.
        using FileLock? retained = _objects?.Retain();
        foreach (RefUpdate update in updates)
        {
            if (_objects is not null && update.NewId is { } id && !_objects.Contains(id))
                throw new NotFoundException(
                    $"{id}, which {update.Name} shall name, is not in the repository; 'mig gc' in another process may have removed it");
        }

        using FileLock gate = Lock();
        RefFiles files = _files.Pin();
        RefUpdates resolved = Resolve(files, updates, renames, null);
        var journal = new RefJournal();
        AddRefs(journal, resolved);
        Dictionary<string, ObjectId> together = RefPacker.ChooseNew(journal, files);
        if (together.Count < RefPacker.Many)
            together.Clear();
        else if (!RefPacker.IsOn(_configuration.Read()))
            configure += document => document.Set(RefPacker.Extension, "true");
        AddLogs(journal, new Reflog(files), resolved, who, logsMovesOnly ? together : []);
        using FileLock? configuration = configure is null ? null : _configuration.Lock();
        if (configure is not null && _configuration.Change(configure) is { } bytes)
            journal.Add(new JournalStep(JournalStepKind.Write, RefJournal.ConfigPath, 0, bytes));
        Carry(journal);
    }

    /// <summary>
    /// Packs the refs that have a file each into one, when they are many, and nobody moves any at the moment: it can be done at any other
    /// time as well.
    /// </summary>
    /// <returns>How many were packed.</returns>
    /// <exception cref="IOException">Nothing is lost.</exception>
    public int Pack()
    {
        if (!RefPacker.IsWorthwhile(_files))
            return 0;
        try
        {
            using FileLock gate = Lock(TimeSpan.Zero);
            return new RefPacker(_files, _packed, _configuration, TemporaryPath).Run();
        }
        catch (ConflictException)
        {
            return 0;
        }
    }

    internal void Check(IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames, Func<RefName, string>? describe)
    {
        using FileLock gate = Lock();
        _ = Resolve(_files.Pin(), updates, renames, describe);
    }

    // All that can be wrong with an update. Under the lock.
    private RefUpdates Resolve(RefFiles files, IReadOnlyList<RefUpdate> updates, IReadOnlyList<RefRename> renames,
        Func<RefName, string>? describe)
    {
        RefName? headTarget = files.ReadOrDamaged(RefName.Head)?.Target;
        var resolved = new RefUpdates(files, [.. updates, .. renames.SelectMany(rename => Expand(files, rename, headTarget))], headTarget);
        resolved.Verify(name => _log.Read(name));
        CheckNames(files, resolved.Created, resolved.Deleted, describe ?? (_ => ""));
        return resolved;
    }

    private static IEnumerable<RefUpdate> Expand(RefFiles files, RefRename rename, RefName? headTarget)
    {
        (RefName from, RefName to, bool force, string reason) = rename;
        RefValue? value = files.Read(from);
        if (value is null && headTarget != from)
            throw new NotFoundException($"{from} does not exist");
        if (value?.Target is not null)
            throw new UsageException($"{from} is symbolic and cannot be renamed");
        if (from == to)
            yield break;
        if (files.Exists(to) && !force)
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

    private static void AddLogs(RefJournal journal, Reflog logs, RefUpdates resolved, Signature who, Dictionary<string, ObjectId> unlogged)
    {
        foreach (RefName name in resolved.Deleted)
        {
            if (logs.Delete(name) is { } step)
                journal.Add(step);
        }

        foreach (IGrouping<RefName, ReflogEntry> moves in resolved.Moves(who).Where(move => !resolved.Deleted.Contains(move.Name))
            .GroupBy(move => move.Name, move => move.Entry))
        {
            RefName? from = resolved.FindOldName(moves.Key);
            if (unlogged.ContainsKey(moves.Key.Value) && (from is null || !logs.IsThere(from)))
                continue;
            if (from is not null)
                journal.Add(logs.Continue(from, moves.Key, moves));
            else if (logs.IsWanted(moves.Key))
                journal.Add(logs.Append(moves.Key, moves));
        }
    }

    // Once the journal is there, all of it holds: every reader looks there first.
    private void Carry(RefJournal journal)
    {
        if (journal.Steps.Count == 0)
            return;
        foreach (JournalStep step in journal.Steps.DistinctBy(step => Path.GetDirectoryName(step.Path)))
            _files.CheckParents(step.Path);
        _journal.Publish(journal, TemporaryPath);
        var run = NewRun();
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

    private JournalRun NewRun() => new(_files, _packed, TemporaryPath, () => RefPacker.IsOn(_configuration.Read()));

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
        _notice($"the refs have moved, and that is durable, but not all of their files could be written ({reason.Message.TrimEnd('.')}); "
            + $"the next command that can will do it, from {Path.Combine(_files.Folder, RefJournal.FileName)}");

    // What a killed command left is done before anything is decided.
    private void CompletePending()
    {
        if (!_journal.Exists)
            return;
        if (_journal.Read() is { } journal)
        {
            using FileLock? configuration = journal.Find(RefJournal.ConfigPath) is null ? null : _configuration.Lock();
            var run = NewRun();
            run.Apply(journal);
            run.Sync();
        }

        _journal.Remove(durably: true);
    }

    // As Git: a name cannot be a ref and a folder of refs at once.
    private static void CheckNames(
        RefFiles files, IReadOnlyCollection<RefName> created, IReadOnlyCollection<RefName> deleted, Func<RefName, string> describe)
    {
        HashSet<RefName> all = [.. created];
        var free = new HashSet<RefName>();
        foreach (RefName name in created)
        {
            if (name.IsBranchHead)
                throw new UsageException(
                    $"{describe(name)}'HEAD' cannot be the name of a branch: it would be taken for HEAD; choose another name");
            string[] parts = name.Value.Split('/');
            for (int i = 3; i < parts.Length; i++)
            {
                RefName parent = RefName.Parse(string.Join('/', parts[..i]));
                if (!free.Add(parent))
                    continue;
                if (all.Contains(parent))
                    throw new ConflictException($"{describe(name)}'{parent}' and '{name}' cannot both exist");
                if (files.Exists(parent) && !deleted.Contains(parent))
                    throw new ConflictException(
                        $"{describe(name)}'{parent}' exists, so '{name}' cannot be created; choose another name, or delete or rename "
                        + $"'{parent}'");
            }

            if (name.Value.StartsWith("refs/", StringComparison.Ordinal) && files.List(name.Value + "/")
                .Find(child => !deleted.Contains(child)) is { } inside)
                throw new ConflictException(
                    $"{describe(name)}'{inside}' exists, so '{name}' cannot be created; choose another name, or delete or rename "
                        + $"'{inside}'");
            if (files.HasFolder(name.Value) && new DirectoryInfo(files.PathOf(name)) is { Exists: true, LinkTarget: null } folder
                && FindStranger(files, folder, name, deleted) is { } stranger)
                throw new ConflictException(
                    $"{describe(name)}'{name}' cannot be created: its place is a folder that holds {stranger}, which is not a ref; remove "
                    + "that");
        }
    }

    private static string? FindStranger(RefFiles files, DirectoryInfo folder, RefName name, IReadOnlyCollection<RefName> deleted)
    {
        int refs = files.ListOwn(name.Value + "/").Count(deleted.Contains);
        List<FileInfo> entries = [.. folder.EnumerateFiles(
            "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })];
        return entries.Count == refs ? null : entries[0].FullName;
    }
}
