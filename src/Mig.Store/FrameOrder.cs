using Mig.Core;
using Mig.Store.Exchange;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Objects in the order in which they are stored, for several threads to take frame by frame.</summary>
internal sealed class FrameOrder
{
    private readonly ObjectId[] _ids;
    private readonly ObjectLocation[] _locations;
    private readonly UInt128[] _keys;
    private readonly int[] _order;
    private readonly int _count;
    private readonly Lock _gate = new();
    private int _next;

    /// <param name="share">Which of the frames are for the taking; what lies in others is left out.</param>
    /// <param name="repeats">Whether an object that is given twice comes twice.</param>
    /// <exception cref="CorruptStoreException">One is missing.</exception>
    public FrameOrder(ObjectStore store, IEnumerable<ObjectId> ids, FrameShare share, bool repeats)
    {
        var mine = new List<ObjectId>();
        var locations = new List<ObjectLocation>();
        foreach (ObjectId id in ids)
        {
            ObjectLocation location = store.Find(id);
            if (!share.Has((uint)location.Frame))
                continue;
            mine.Add(id);
            locations.Add(location);
        }

        _ids = [.. mine];
        _locations = [.. locations];
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
        _count = repeats ? _keys.Length : DropRepeats();
    }

    /// <summary>The objects of the share, in the order in which they were given.</summary>
    public IReadOnlyList<ObjectId> Ids => _ids;

    /// <summary>Where they lie.</summary>
    public IReadOnlyList<ObjectLocation> Locations => _locations;

    /// <summary>Takes the objects of the next frame.</summary>
    /// <param name="start">How many objects come before them.</param>
    /// <param name="indexes">Which they are, as they were given, ascending by their place in the frame.</param>
    /// <returns>False when all are taken.</returns>
    public bool Claim(out int start, out ReadOnlySpan<int> indexes)
    {
        lock (_gate)
        {
            start = _next;
            while (_next < _count && _keys[_next] >> 32 == _keys[start] >> 32)
                _next++;
            indexes = _order.AsSpan(start.._next);
            return !indexes.IsEmpty;
        }
    }

    // The same object has the same place. Others may have it, too: what is empty lies where the next one begins.
    private int DropRepeats()
    {
        int count = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            int before = count - 1;
            while (before >= 0 && _keys[before] == _keys[i] && _ids[_order[before]] != _ids[_order[i]])
                before--;
            if (before >= 0 && _keys[before] == _keys[i])
                continue;
            (_keys[count], _order[count]) = (_keys[i], _order[i]);
            count++;
        }

        return count;
    }
}
