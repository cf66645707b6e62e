using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>
/// A transaction's wishes brought down to files: which one gets which content, and what the logs say. Used under the lock.
/// </summary>
internal sealed class RefUpdates
{
    private const int MaxSymbolicDepth = 5;

    private readonly RefFiles _files;
    private readonly List<(RefUpdate Update, RefName Name, RefValue? Old)> _updates = [];
    private readonly Dictionary<RefName, RefUpdate> _byName;
    private readonly RefName? _headTarget;

    public RefUpdates(RefFiles files, IReadOnlyList<RefUpdate> updates, RefName? headTarget)
    {
        _files = files;
        _headTarget = headTarget;
        var known = new Dictionary<RefName, RefUpdate>();
        foreach (RefUpdate update in updates)
        {
            RefName name = update.Follow ? Follow(update.Name) : update.Name;
            if (!known.TryAdd(name, update))
            {
                // refs/remotes/origin/HEAD and what it stands for may both be named, when the same is wanted of them. HEAD and its branch
                // may not, as in Git.
                if (known[name] is { NewId: not null } other && (other.NewId, other.Expected) == (update.NewId, update.Expected)
                    && other.Name != update.Name
                    && other.Name != RefName.Head && update.Name != RefName.Head)
                    continue;
                throw new UsageException($"{name} is named twice in one update");
            }

            RefFiles.CheckStorable(name);
            _updates.Add((update, name, files.ReadOrDamaged(name)));
        }

        Deleted = [.. _updates.Where(u => u.Update.NewId is null && u.Update.Target is null).Select(u => u.Name)];
        _byName = _updates.ToDictionary(u => u.Name, u => u.Update);
        Created = [.. _updates.Where(u => !Deleted.Contains(u.Name) && !files.Exists(u.Name)).Select(u => u.Name)];
        Writes = [.. _updates.Select(u =>
            (u.Name, u.Update.Target is { } target ? $"ref: {target}\n" : u.Update.NewId is { } id ? $"{id}\n" : null))];
    }

    public HashSet<RefName> Deleted { get; }

    public List<RefName> Created { get; }

    /// <summary>The content of each file, in order; null for a deleted one.</summary>
    public List<(RefName Name, string? Content)> Writes { get; }

    /// <summary>Returns the ref that another is renamed from; null when it is none of those.</summary>
    public RefName? FindOldName(RefName name) => _byName.GetValueOrDefault(name)?.Was;

    /// <exception cref="ConflictException">A ref is not where it was expected.</exception>
    public void Verify(Func<RefName, IReadOnlyList<ReflogEntry>> readLog)
    {
        foreach ((RefUpdate update, RefName name, RefValue? old) in _updates)
        {
            if (update.Expected is not { } expected)
            {
                if (Deleted.Contains(name) && !_files.Exists(name))
                    throw new NotFoundException($"{name} does not exist");
                continue;
            }

            if (old is null && _files.Exists(name))
                _ = _files.Read(name); // says what is wrong with it
            ObjectId actual = Current(old);
            if (actual == expected)
                continue;
            throw new ConflictException(actual.IsNull
                ? $"{name} was expected at {expected.ToShortString()}, but does not exist any more; look at it again and retry"
                : expected.IsNull
                ? $"{name} exists already, at {actual.ToShortString()}{LastMove(name, actual, readLog)}; choose another name or update it"
                : $"{name} moved from {expected.ToShortString()} to {actual.ToShortString()}{LastMove(name, actual, readLog)}; take that "
                    + "into account and retry");
        }
    }

    /// <summary>Returns what the logs will say: a line for each ref that moves, and one for HEAD when its branch moves.</summary>
    public IEnumerable<(RefName Name, ReflogEntry Entry)> Moves(Signature who)
    {
        bool headIsSet = _updates.Exists(u => u.Name == RefName.Head);
        foreach ((RefUpdate update, RefName name, RefValue? old) in _updates)
        {
            ObjectId before = update.Was is null ? Current(old) : update.NewId ?? default;
            ObjectId after = update.Target is { } target ? After(target) : update.NewId ?? default;
            if (before.IsNull && after.IsNull)
                continue; // HEAD goes from one unborn branch to another
            var entry = new ReflogEntry(before, after, who, update.Reason);
            yield return (name, entry);
            if (name == _headTarget && !headIsSet)
                yield return (RefName.Head, entry);
        }
    }

    private static string LastMove(RefName name, ObjectId actual, Func<RefName, IReadOnlyList<ReflogEntry>> readLog)
    {
        try
        {
            return readLog(name) is [{ } last, ..] && last.After == actual ? $", by {last.Who.Name} ({last.Reason})" : "";
        }
        catch (CorruptStoreException)
        {
            return ""; // only an explanation is lost
        }
    }

    // A circle names nothing, and must not keep anyone from deleting it.
    private ObjectId Current(RefValue? value)
    {
        for (int depth = 0; depth <= MaxSymbolicDepth && value is { } now; depth++)
        {
            if (now.Target is null)
                return now.Id;
            value = _files.ReadOrDamaged(now.Target);
        }

        return default;
    }

    private ObjectId After(RefName target)
    {
        RefName end = Follow(target);
        return _byName.TryGetValue(end, out RefUpdate? update) ? update.NewId ?? default : Current(_files.ReadOrDamaged(end));
    }

    private RefName Follow(RefName name)
    {
        RefName current = name;
        for (int depth = 0; depth <= MaxSymbolicDepth; depth++)
        {
            // A damaged branch may be set again, but not HEAD: nobody knows where the update would have gone.
            RefValue? value = current == RefName.Head
                ? _files.Read(current) ?? throw new CorruptStoreException(
                    "HIST-012", "HEAD is missing; 'mig checkout <branch>' sets it again")
                : _files.ReadOrDamaged(current);
            if (value?.Target is not { } target)
                return current;
            if (current == RefName.Head && !target.IsBranch)
                throw new CorruptStoreException(
                    "HIST-017", $"HEAD stands for {target}, which is not a branch; 'mig checkout <branch>' sets it again");
            current = target;
        }

        throw new CorruptStoreException(
            "HIST-013", $"{name} is reached over more than {MaxSymbolicDepth} symbolic refs, perhaps in a circle; delete one of them");
    }
}
