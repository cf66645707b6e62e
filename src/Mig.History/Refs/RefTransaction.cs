using Mig.Core;
using Mig.History.Commits;
using Mig.History.Configuration;

namespace Mig.History.Refs;

/// <summary>Collects updates of refs and carries them out together. For one thread.</summary>
public sealed class RefTransaction
{
    private readonly RefStore _store;
    private readonly Signature _who;
    private readonly List<RefUpdate> _updates = [];
    private readonly List<RefRename> _renames = [];
    private Action<ConfigDocument>? _configure;
    private bool _logsMovesOnly;
    private bool _done;

    internal RefTransaction(RefStore store, Signature who)
    {
        ArgumentNullException.ThrowIfNull(who);
        _store = store;
        _who = who;
    }

    /// <inheritdoc cref="RefStore.Update"/>
    public RefTransaction Update(RefName name, ObjectId? expected, ObjectId newId, string reason)
    {
        if (newId.IsNull)
            throw new UsageException($"{name} cannot name the null id; delete it instead");
        return Add(new RefUpdate(name, expected, newId, null, Follow: true, reason));
    }

    /// <inheritdoc cref="RefStore.Delete"/>
    public RefTransaction Delete(RefName name, ObjectId? expected, string reason)
    {
        if (name == RefName.Head)
            throw new UsageException("HEAD cannot be deleted");
        return Add(new RefUpdate(name, expected, null, null, Follow: false, reason));
    }

    /// <inheritdoc cref="RefStore.AttachHead"/>
    public RefTransaction AttachHead(RefName branch, string reason)
    {
        ArgumentNullException.ThrowIfNull(branch);
        if (!branch.IsBranch)
            throw new UsageException($"HEAD can be on a branch only, not on '{branch}'");
        RefFiles.CheckStorable(branch);
        return Add(new RefUpdate(RefName.Head, null, null, branch, Follow: false, reason));
    }

    /// <inheritdoc cref="RefStore.DetachHead"/>
    public RefTransaction DetachHead(ObjectId id, string reason)
    {
        if (id.IsNull)
            throw new UsageException("HEAD cannot name the null id");
        return Add(new RefUpdate(RefName.Head, null, id, null, Follow: false, reason));
    }

    /// <summary>Makes a ref stand for another, as <c>refs/remotes/origin/HEAD</c> does.</summary>
    public RefTransaction SetSymbolic(RefName name, RefName target, string reason)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (name == RefName.Head)
            return AttachHead(target, reason);
        if (!target.Value.StartsWith("refs/", StringComparison.Ordinal) || name == target)
            throw new UsageException($"'{name}' cannot stand for '{target}'");
        RefFiles.CheckStorable(target);
        return Add(new RefUpdate(name, null, null, target, Follow: false, reason));
    }

    /// <summary>Renames a branch or another ref, with its log; HEAD stays on it.</summary>
    /// <param name="force">Whether another ref of the new name is replaced.</param>
    public RefTransaction Rename(RefName from, RefName to, bool force = false, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        RefFiles.CheckStorable(to);
        _renames.Add(new RefRename(from, to, force, reason ?? $"Branch: renamed {from} to {to}"));
        return this;
    }

    /// <summary>Changes the repository's configuration along with the refs.</summary>
    public RefTransaction Configure(Action<ConfigDocument> change)
    {
        _configure += change;
        return this;
    }

    /// <summary>
    /// Lets the log of a ref that is made with many others begin when it moves, as Git does for those of a clone: 100,000 refs are not
    /// 100,000 files.
    /// </summary>
    public RefTransaction LogMovesOnly()
    {
        _logsMovesOnly = true;
        return this;
    }

    /// <summary>Carries everything out.</summary>
    /// <exception cref="NotFoundException">What is to be renamed, or deleted, is not there.</exception>
    /// <exception cref="ConflictException">A ref is not where it was expected, names are in each other's way, or the refs stay
    /// locked.</exception>
    /// <exception cref="IOException">Whatever is thrown: nothing has changed then.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        _done = true;
        if (_updates.Count > 0 || _renames.Count > 0 || _configure is not null)
            _store.Commit(_updates, _renames, _configure, _who, _logsMovesOnly);
    }

    /// <summary>
    /// Makes sure that <see cref="Commit"/> would get through now, by the same checks, and changes nothing. What the refs shall name need
    /// not be stored yet.
    /// </summary>
    /// <param name="describe">What to say before what is wrong with a new name; null for nothing.</param>
    /// <exception cref="NotFoundException">What is to be renamed, or deleted, is not there.</exception>
    /// <exception cref="ConflictException">A ref is not where it was expected, names are in each other's way, or the refs stay
    /// locked.</exception>
    public void Check(Func<RefName, string>? describe = null) => _store.Check(_updates, _renames, describe);

    private RefTransaction Add(RefUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update.Name);
        RefFiles.CheckStorable(update.Name);
        _updates.Add(update);
        return this;
    }
}
