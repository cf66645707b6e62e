using System.Collections.Concurrent;
using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>
/// Objects that nobody keeps, over those of a store: trees, layouts, lists and images are held in memory, contents stay where they are and
/// are read from there. May be used from several threads.
/// </summary>
/// <param name="below">The store; null when there is none.</param>
public sealed class ScratchStore(ObjectStore? below) : IObjectSink, IContentSource
{
    private readonly ConcurrentDictionary<ObjectId, (ObjectKind Kind, byte[] Bytes)> _objects = [];
    private readonly List<IBlobPlaces> _places = [];

    /// <summary>The store below.</summary>
    public ObjectStore? Below { get; } = below;

    /// <summary>Says where contents are that were added; the places must stay readable as long as this.</summary>
    public void AddPlaces(IBlobPlaces places) => _places.Add(places);

    /// <summary>Tells whether the store below has an object.</summary>
    public bool IsKept(in ObjectId id) => Below?.Contains(id) == true;

    /// <inheritdoc/>
    public bool AddBlob(in BlobId id, ReadOnlySpan<byte> bytes, in OrderKey key) => !IsKept(id.Value);

    /// <inheritdoc/>
    public ObjectId AddObject(ObjectKind kind, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = ObjectHeader.Wrap(kind, payload);
        ObjectId id = ObjectId.Of(bytes);
        if (!IsKept(id))
            _objects[id] = (kind, bytes);
        return id;
    }

    /// <inheritdoc/>
    public bool Help() => false;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind)
    {
        if (!_objects.TryGetValue(id, out (ObjectKind Kind, byte[] Bytes) found))
            return (Below ?? throw Missing(id)).ReadPayload(id, kind);
        return found.Bytes.AsMemory(ObjectHeader.Check(found.Bytes, kind, id));
    }

    /// <inheritdoc/>
    public byte[] ReadBlob(in BlobId id)
    {
        if (FindPlaces(id, out int length, out _) is not { } places)
            return (Below ?? throw Missing(id.Value)).ReadBlob(id);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        Read(places, id, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void ReadBlob(in BlobId id, Span<byte> destination)
    {
        if (FindPlaces(id, out int length, out _) is not { } places)
            (Below ?? throw Missing(id.Value)).ReadBlob(id, destination);
        else if (length != destination.Length)
            throw new CorruptStoreException("STORE-003", $"blob {id} has {length} bytes, {destination.Length} are needed");
        else
            Read(places, id, destination);
    }

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<BlobId> blobs, IEnumerable<BlobId>? ahead = null) =>
        Below?.Prefetch(blobs.Where(blob => FindPlaces(blob, out _, out _) is null),
            ahead?.Where(blob => FindPlaces(blob, out _, out _) is null));

    /// <inheritdoc/>
    public void ReadBlobs(IReadOnlyList<BlobId> blobs, int parallelism, BlobVisitor visit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(visit);
        var kept = new List<int>();
        var placed = new List<(long Order, int Index)>();
        for (int i = 0; i < blobs.Count; i++)
        {
            if (FindPlaces(blobs[i], out _, out long order) is null)
                kept.Add(i);
            else
                placed.Add((order, i));
        }

        if (kept.Count > 0)
            (Below ?? throw Missing(blobs[kept[0]].Value))
                .ReadBlobs([.. kept.Select(i => blobs[i])], parallelism, (i, bytes) => visit(kept[i], bytes), cancellation);
        placed.Sort();
        ParallelWork.ForEach(placed, parallelism, item => visit(item.Index, ReadBlob(blobs[item.Index])), cancellation);
    }

    private IBlobPlaces? FindPlaces(in BlobId id, out int length, out long order)
    {
        (length, order) = (0, 0);
        if (IsKept(id.Value))
            return null;
        foreach (IBlobPlaces places in _places)
        {
            if (places.TryFind(id, out length, out order))
                return places;
        }

        return null;
    }

    private static void Read(IBlobPlaces places, in BlobId id, Span<byte> destination)
    {
        places.Read(id, destination);
        if (ObjectId.Of(destination) != id.Value)
            throw new ConflictException(
                $"a disk was changed while it was compared: content {id} is no longer there; stop the machine, or compare a snapshot of "
                + "its disk");
    }

    private static CorruptStoreException Missing(in ObjectId id) => new("STORE-002", $"object {id} is not in the repository; run mig fsck");
}
