using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>Objects that lie in one frame.</summary>
/// <param name="Bytes">What they take on the way, at most.</param>
public sealed record FrameGroup(IReadOnlyList<ObjectId> Ids, long Bytes)
{
    // Of its place in a frame that is made for it, and a share of the frame's header.
    private const int Overhead = 128;

    /// <summary>Puts objects into groups, in the order in which they are stored.</summary>
    /// <exception cref="CorruptStoreException">One is not there.</exception>
    public static IReadOnlyList<FrameGroup> Of(ObjectStore store, IReadOnlyCollection<ObjectId> ids)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(ids);
        store.Prefetch(ids.Select(id => new BlobId(id)));
        return [.. ids.Select(id => (Id: id, Location: store.Find(id)))
            .GroupBy(item => (item.Location.Index, item.Location.Frame))
            .Select(group => (Place: group.Key.Index.GetFrame(group.Key.Frame), Items: group.ToList()))
            .OrderBy(group => group.Place.Pack).ThenBy(group => group.Place.Offset)
            .Select(group => new FrameGroup(
                [.. group.Items.Select(item => item.Id)], Measure(group.Place, group.Items.ConvertAll(item => item.Location.Length))))];
    }

    /// <summary>Cuts a group in two.</summary>
    public IEnumerable<FrameGroup> Split(ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Ids.Chunk((Ids.Count + 1) / 2).Select(part => new FrameGroup(part, part.Sum(id => (long)store.Find(id).Length + Overhead)));
    }

    // A frame goes as it is when all of it is wanted; else what is wanted is compressed anew, and may not become smaller.
    private static long Measure(in FramePlace place, List<int> lengths)
    {
        long raw = lengths.Sum(length => (long)length);
        return raw == place.RawLength ? place.TotalLength : raw + ((long)Overhead * lengths.Count);
    }
}
