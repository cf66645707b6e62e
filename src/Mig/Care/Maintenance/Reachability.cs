using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Graph;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Care.Maintenance;

/// <summary>Finds every object that a repository needs: all that its refs and their logs lead to.</summary>
internal sealed class Reachability(Repository repository, CancellationToken cancellation)
{
    private readonly ObjectMarks _marks = new(repository.Store);
    private readonly Stack<ObjectReference> _pending = new();

    /// <summary>What refs and logs name now. Where a log leads to what is gone already, it is left out.</summary>
    public static IReadOnlySet<ObjectId> FindRoots(Repository repository)
    {
        var needed = new HashSet<ObjectId>(repository.Refs.List("refs/").Select(item => item.Id));
        if (repository.Refs.ReadHead().Id is { } head)
            needed.Add(head);

        needed.UnionWith(repository.Sessions.ListBases().Select(commit => commit.Value));

        // Refs first, then packs: what a ref names by now is in a pack by now.
        repository.Store.Refresh();
        foreach (ObjectId id in needed.Where(id => !repository.Store.Contains(id)))
            throw Missing(id);
        IEnumerable<ObjectId> logged = repository.Refs.ListLogs().SelectMany(name => repository.Refs.ReadLog(name))
            .Select(entry => entry.After);
        if (repository.Refs.Read(FetchOperation.FetchHead) is { } fetched)
            logged = logged.Append(fetched.Id);
        needed.UnionWith(logged.Where(id => !id.IsNull && repository.Store.Contains(id)));
        return needed;
    }

    /// <summary>Marks what can be reached.</summary>
    /// <param name="roots">What is needed, with all below it.</param>
    /// <param name="isKept">Tells of each pack whether everything in it is kept, needed or not, with all below that.</param>
    /// <returns>1 for what is needed, 2 for what is kept only.</returns>
    /// <exception cref="CorruptStoreException">Something that is needed is missing or damaged.</exception>
    public ObjectMarks Run(IEnumerable<ObjectId> roots, Func<ObjectId, bool> isKept)
    {
        foreach (ObjectId root in roots)
            _pending.Push(new ObjectReference(root, repository.Store.Find(root).Kind));
        Walk(1);
        var kept = new List<(ObjectId Id, ObjectKind Kind)>();
        _marks.ForEachId((id, location, mark) =>
        {
            if (mark == 0 && isKept(ObjectStore.GetPack(location)))
                kept.Add((id, location.Kind));
        });
        foreach ((ObjectId id, ObjectKind kind) in kept)
            _pending.Push(new ObjectReference(id, kind));
        Walk(2);
        return _marks;
    }

    private static CorruptStoreException Missing(in ObjectId id) =>
        new("GC-001", $"{id} is needed and missing; nothing was deleted; run mig fsck");

    private void Walk(int mark)
    {
        while (_pending.TryPop(out ObjectReference reference))
        {
            cancellation.ThrowIfCancellationRequested();
            ref int known = ref _marks.Find(reference.Id, out ObjectLocation location, out bool found);
            if (!found && mark == 1 && !(reference.Kind == ObjectKind.Blob && repository.PromisorRemote is not null))
                throw Missing(reference.Id);
            if (!found || known != 0)
                continue;
            known = mark;
            bool isShallow = reference.Kind == ObjectKind.Commit && repository.Objects.Shallow.Contains(reference.Id);
            foreach (ObjectReference next in ObjectReferences.Of(repository.Store, reference.Id, location.Kind))
            {
                if (!(isShallow && next.Kind == ObjectKind.Commit))
                    _pending.Push(next);
            }
        }
    }
}
