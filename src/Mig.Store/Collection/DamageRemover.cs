using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>
/// Takes damaged copies out of a store, once all that is needed is there whole: what is whole in a damaged pack is written into new packs,
/// then an index without the damaged and lost ones takes the place of those that name them, then their files go. Killed at any step, the
/// next run goes on.
/// </summary>
public static class DamageRemover
{
    /// <summary>Takes out what <see cref="ObjectStore.IsDamaged"/> is said for.</summary>
    /// <returns>Packs that are gone.</returns>
    /// <exception cref="ConflictException">Others are at work; what was written is whole, and the next run goes on.</exception>
    public static int Run(ObjectStore store, StoreOptions options, TimeSpan patience, IProgressSink progress,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        store.Refresh();
        HashSet<ObjectId> going = [.. store.Packs.DamagedPlaces.Select(place => place.Pack), .. store.Packs.Lost.Select(pack => pack.Id)];
        if (going.Count == 0 && store.Packs.Damaged.Count == 0)
            return 0;
        var marks = new ObjectMarks(store);
        marks.ForEachId((id, location, _) =>
        {
            if (going.Contains(ObjectStore.GetPack(location)))
                marks.Find(id, out ObjectLocation _, out bool _) = 1;
        });
        going.ExceptWith(PackRewriter.Run(store, options, marks, going, progress, cancellation));

        using FileLock held = store.AcquireForDeletion(patience);
        RemoveDamagedIndexes(store);
        (IReadOnlyList<ObjectId> packs, _) = PackRemover.Run(store, new ObjectMarks(store), going, DateTime.MinValue);
        return packs.Count;
    }

    // What such an index named is needed no more, or is in another one by now.
    private static void RemoveDamagedIndexes(ObjectStore store)
    {
        foreach (string path in store.Packs.DamagedIndexes)
            HostFiles.Delete(path);
        HostFiles.SyncFolder(store.Packs.Folder);
        store.Refresh();
    }
}
