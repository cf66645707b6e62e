using Mig.Core;
using Mig.Store;
using Mig.Store.Collection;
using Mig.Store.Packs;

namespace Mig.Care.Maintenance;

/// <summary>
/// The part of a collection that compresses contents anew (docs/decisions/0047-repack.md). It only adds packs: what they replace is
/// deleted by
/// the collection, as all that is stored twice. The caller holds the lock of collections.
/// </summary>
internal sealed class Repacking(Repository repository, RepackOptions options)
{
    private readonly RepackNotes _notes = new(repository.Folder);

    /// <summary>Bytes of objects that were not stored anew, since time or space ran out.</summary>
    public long LeftBytes { get; private set; }

    /// <summary>Chooses the packs to replace: those of contents that were not compressed at this level yet.</summary>
    public IReadOnlySet<ObjectId> Choose(IEnumerable<PackUse> packs)
    {
        HashSet<ObjectId> chosen = [];
        foreach (PackUse pack in packs)
        {
            if (pack.Class == ObjectClass.Content && pack.LiveObjects > 0 && pack.Length >= options.SmallestPack
                && !IsMade(pack.Id))
                chosen.Add(pack.Id);
        }

        return chosen;
    }

    /// <summary>Whether a pack was made by a repack at this level.</summary>
    public bool IsMade(in ObjectId pack) => _notes.LevelOf(pack) >= options.Level;

    /// <summary>Writes what is wanted of some packs into new ones. Those that are full when time or space runs out stay.</summary>
    /// <param name="marks">Not 0 for each object that is wanted.</param>
    /// <param name="made">Takes the new packs, each as soon as it is visible.</param>
    public void Run(ObjectMarks marks, IReadOnlySet<ObjectId> packs, ICollection<ObjectId> made, IProgressSink progress,
        CancellationToken cancellation)
    {
        if (packs.Count == 0)
            return;
        IReadOnlyList<ColdObject> objects = Order(marks, packs, cancellation);
        long left = objects.Sum(item => (long)item.Length);
        progress.Begin("contents", left);
        long start = repository.Context.Clock.GetTimestamp();
        bool isDone = PackRecompressor.Run(
            repository.Store,
            repository.StoreOptions with { CompressionLevel = options.Level },
            objects,
            () => options.Budget is { } budget && repository.Context.Clock.GetElapsedTime(start) >= budget,
            pack =>
            {
                made.Add(pack);
                _notes.Add(pack, options.Level);
            },
            progress,
            cancellation);
        LeftBytes = isDone ? 0 : left;
    }

    /// <summary>Forgets the packs that are gone.</summary>
    public void TidyNotes() => _notes.Keep(repository.Store.ListPacks().Select(pack => pack.Id).ToHashSet());

    private IReadOnlyList<ColdObject> Order(ObjectMarks marks, IReadOnlySet<ObjectId> packs, CancellationToken cancellation)
    {
        var images = new List<ImageId>();
        var blobs = new List<(BlobId Id, ObjectLocation Location)>();
        marks.ForEachId((id, location, mark) =>
        {
            if (mark == 0)
                return;
            if (location.Kind == ObjectKind.Image)
                images.Add(new ImageId(id));
            else if (location.Kind == ObjectKind.Blob && packs.Contains(ObjectStore.GetPack(location)) && !IsDone(id))
                blobs.Add((new BlobId(id), location));
        });
        var order = new ColdOrder(repository.Store, cancellation);
        images.ForEach(image => order.Add(image));
        return order.Sort(blobs);
    }

    // A run that ended early has stored some of a pack already.
    private bool IsDone(in ObjectId id) => repository.Store.IsInPack(id, pack => IsMade(pack));
}
