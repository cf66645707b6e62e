using Mig.Core;
using Mig.History.Graph;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Care.Checks;

/// <summary>Finds what a repository needs and does not have: what its refs, and their logs, lead to.</summary>
internal static class NeededObjects
{
    /// <summary>Returns what is missing, as far as what is there tells: below a missing directory more may be.</summary>
    public static IReadOnlyList<(ObjectId Id, ObjectKind Kind)> FindMissing(Repository repository, CancellationToken cancellation)
    {
        ObjectStore store = repository.Store;
        store.Refresh();
        var marks = new ObjectMarks(store);
        var missing = new Dictionary<ObjectId, ObjectKind>();
        var pending = new Stack<ObjectReference>(Roots(repository)
            .Select(id => new ObjectReference(id, store.TryFind(id, out ObjectLocation location) ? location.Kind : ObjectKind.Commit)));
        while (pending.TryPop(out ObjectReference reference))
        {
            cancellation.ThrowIfCancellationRequested();
            ref int mark = ref marks.Find(reference.Id, out ObjectLocation location, out bool found);
            if (!found)
            {
                if (reference.Kind != ObjectKind.Blob || repository.PromisorRemote is null)
                    missing.TryAdd(reference.Id, reference.Kind);
                continue;
            }

            if (mark != 0 || location.Kind == ObjectKind.Blob)
                continue;
            mark = 1;
            bool isShallow = location.Kind == ObjectKind.Commit && repository.Objects.Shallow.Contains(reference.Id);
            foreach (ObjectReference next in ReferencesOf(store, reference.Id, location.Kind))
            {
                if (!(isShallow && next.Kind == ObjectKind.Commit))
                    pending.Push(next);
            }
        }

        return [.. missing.Select(item => (item.Key, item.Value))];
    }

    private static IEnumerable<ObjectId> Roots(Repository repository)
    {
        var damaged = new List<CorruptStoreException>();
        var roots = repository.Refs.List("refs/", damaged).Select(item => item.Id).ToHashSet();
        if (repository.Refs.ReadHead().Id is { } head)
            roots.Add(head);
        foreach (RefName name in repository.Refs.ListLogs())
        {
            try
            {
                roots.UnionWith(repository.Refs.ReadLog(name).Select(entry => entry.After).Where(id => !id.IsNull));
            }
            catch (CorruptStoreException)
            {
                // A log that cannot be read is the check's to name.
            }
        }

        return roots;
    }

    // What breaks its form is the check's to name, and the same everywhere.
    private static IReadOnlyList<ObjectReference> ReferencesOf(ObjectStore store, in ObjectId id, ObjectKind kind)
    {
        try
        {
            return [.. ObjectReferences.Of(store, id, kind)];
        }
        catch (CorruptStoreException)
        {
            return [];
        }
    }
}
