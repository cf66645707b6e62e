using Mig.Core;
using Mig.Store.Exchange;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Objects in the order in which they are stored, for several threads to take frame by frame.</summary>
internal sealed class FrameOrder
{
    private readonly ObjectLocation[] _locations;
    private readonly UInt128[] _keys;
    private readonly int[] _order;
    private readonly FrameShare _share;
    private readonly Lock _gate = new();
    private int _next;

    /// <param name="share">Which of the frames are for the taking.</param>
    /// <exception cref="CorruptStoreException">One is missing.</exception>
    public FrameOrder(ObjectStore store, IEnumerable<ObjectId> ids, FrameShare share)
    {
        _share = share;
        _locations = [.. ids.Select(id => store.Find(id))];
        _keys = new UInt128[_locations.Length];
        _order = new int[_locations.Length];
        var ranks = new Dictionary<PackIndex, uint>();
        for (int i = 0; i < _locations.Length; i++)
        {
            ObjectLocation location = _locations[i];
            if (!ranks.TryGetValue(location.Index, out uint rank))
                ranks.Add(location.Index, rank = (uint)ranks.Count);
            _keys[i] = new UInt128(rank, ((ulong)location.Frame << 32) | (uint)location.Offset);
            _order[i] = i;
        }

        Array.Sort(_keys, _order);
    }

    /// <summary>Where the objects lie, in the order in which they were given.</summary>
    public IReadOnlyList<ObjectLocation> Locations => _locations;

    /// <summary>Takes the objects of the next frame.</summary>
    /// <param name="start">How many objects come before them.</param>
    /// <param name="indexes">Which they are, as they were given, ascending by their place in the frame.</param>
    /// <returns>False when all are taken.</returns>
    public bool Claim(out int start, out ReadOnlySpan<int> indexes)
    {
        lock (_gate)
        {
            do
            {
                start = _next;
                while (_next < _keys.Length && _keys[_next] >> 32 == _keys[start] >> 32)
                    _next++;
            }
            while (start < _next && !_share.Has((ulong)(_keys[start] >> 32)));
            indexes = _order.AsSpan(start.._next);
            return !indexes.IsEmpty;
        }
    }
}
