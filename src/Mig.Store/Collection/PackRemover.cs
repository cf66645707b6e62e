using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>
/// Deletes packs. First an index without them takes the place of those that name them, then the files go; killed in between, packs are left
/// that no index names, and the next collection takes them.
/// </summary>
/// <remarks>
/// Where there is no space for that index, the files go first: what an index says of a missing pack does not count, and nothing is wanted
/// of these.
/// </remarks>
public static class PackRemover
{
    /// <summary>Deletes what can go of some packs. The caller has the lock that keeps others from relying on them.</summary>
    /// <param name="marks">Not 0 for each object that is wanted.</param>
    /// <param name="packs">What shall go; a pack stays that has a wanted object which is nowhere else.</param>
    /// <param name="before">Packs that no index names go, too, when they were written before this time, UTC.</param>
    /// <returns>The packs that are gone, and their bytes.</returns>
    public static (IReadOnlyList<ObjectId> Packs, long Bytes) Run(
        ObjectStore store, ObjectMarks marks, IReadOnlySet<ObjectId> packs, DateTime before)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(marks);
        store.Refresh();
        if (store.Packs.Damaged is [{ } damage, ..])
            throw new CorruptStoreException(damage.Code, $"nothing is deleted from a repository that is damaged: {damage.Message}", damage);
        HashSet<ObjectId> going = [.. packs];
        Spare(store, marks, going);
        bool isFull = !TryUnlist(store, going);
        going.UnionWith(FindUnlisted(store, before));
        long bytes = 0;
        foreach (ObjectId id in going)
        {
            var file = new FileInfo(Path.Combine(store.Packs.Folder, PackFormat.FileName(id)));
            bytes += file.Exists ? file.Length : 0;
            HostFiles.Delete(file.FullName);
        }

        HostFiles.SyncFolder(store.Packs.Folder);
        store.Refresh();
        if (isFull)
            _ = TryUnlist(store, going); // an index that is longer than it need be is the next collection's
        return ([.. going], bytes);
    }

    /// <summary>Returns the packs that no index names: what a killed command left.</summary>
    public static IReadOnlyList<ObjectId> FindUnlisted(ObjectStore store, DateTime before)
    {
        ArgumentNullException.ThrowIfNull(store);
        HashSet<ObjectId> listed = [.. store.Packs.Indexes.SelectMany(PacksOf)];
        var unlisted = new List<ObjectId>();
        foreach (FileInfo file in new DirectoryInfo(store.Packs.Folder).EnumerateFiles("*" + PackFormat.Extension))
        {
            if (ObjectId.TryParse(Path.GetFileNameWithoutExtension(file.Name), out ObjectId id) && !listed.Contains(id)
                && file.LastWriteTimeUtc < before)
                unlisted.Add(id);
        }

        return unlisted;
    }

    // Whatever was planned: no pack goes that has the only copy which an index names of something that is wanted.
    private static void Spare(ObjectStore store, ObjectMarks marks, HashSet<ObjectId> going)
    {
        var spared = new HashSet<ObjectId>();
        PackIndex[] indexes = store.Packs.Indexes;
        foreach ((PackIndex index, int ordinal) in marks.Marked())
        {
            ObjectId pack = index.GetFrame(index.Locate(ordinal).Frame).Pack;
            if (going.Contains(pack) && !IsElsewhere(indexes, index.IdOf(ordinal), going))
                spared.Add(pack);
        }

        going.ExceptWith(spared);
    }

    private static bool IsElsewhere(PackIndex[] indexes, in ObjectId id, HashSet<ObjectId> going)
    {
        foreach (PackIndex index in indexes)
        {
            if (index.TryFind(id, out ObjectLocation location) && !going.Contains(index.GetFrame(location.Frame).Pack))
                return true;
        }

        return false;
    }

    // False when there is no space for the index that is needed then.
    private static bool TryUnlist(ObjectStore store, HashSet<ObjectId> going)
    {
        PackIndex[] affected = [.. store.Packs.Indexes.Where(index => PacksOf(index).Any(going.Contains))];
        try
        {
            Unlist(store, affected, going);
            return true;
        }
        catch (IOException e) when (HostFiles.IsFull(e))
        {
            Unlist(store, [.. affected.Where(index => PacksOf(index).All(going.Contains))], going);
            return false;
        }
    }

    private static IEnumerable<ObjectId> PacksOf(PackIndex index) => Enumerable.Range(0, index.PackCount).Select(index.GetPackId);

    private static void Unlist(ObjectStore store, PackIndex[] affected, HashSet<ObjectId> going)
    {
        if (affected.Length == 0)
            return;
        var left = new PackIndexBuilder();
        foreach (PackIndex index in affected)
        {
            index.Verify();
            left.AddAll(index, going);
        }

        string? kept = null;
        if (left.PackCount > 0)
        {
            using var file = new TemporaryFile(Path.Combine(store.Folder, ObjectStore.TemporaryFolder), "index");
            kept = PackIndexFormat.FileName(left.Write(file));
            file.Publish(Path.Combine(store.Packs.Folder, kept));
            HostFiles.SyncFolder(store.Packs.Folder);
        }

        foreach (PackIndex index in affected)
        {
            if (Path.GetFileName(index.Path) != kept)
                HostFiles.Delete(index.Path);
        }

        HostFiles.SyncFolder(store.Packs.Folder);
        store.Refresh();
    }
}
