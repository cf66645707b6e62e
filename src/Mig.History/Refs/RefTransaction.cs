using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>Collects updates of refs and carries them out together. For one thread.</summary>
public sealed class RefTransaction
{
    private readonly RefStore _store;
    private readonly Signature _who;
    private readonly List<RefUpdate> _updates = [];
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

    /// <summary>Carries everything out.</summary>
    /// <exception cref="ConflictException">A ref is not where it was expected, names are in each other's way, or the refs stay locked. Nothing has changed then.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        _done = true;
        if (_updates.Count > 0)
            _store.Commit(_updates, _who);
    }

    private RefTransaction Add(RefUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update.Name);
        RefFiles.CheckStorable(update.Name);
        _updates.Add(update);
        return this;
    }
}
