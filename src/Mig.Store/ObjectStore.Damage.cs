using Mig.Core;
using Mig.Store.Checks;
using Mig.Store.Packs;

namespace Mig.Store;

public sealed partial class ObjectStore
{
    /// <summary>
    /// Whether a pack or an index is missing or damaged, as far as is known: then an object may be here while what it names is not. What
    /// was found damaged does not count as present.
    /// </summary>
    public bool IsDamaged => _packs.Lost.Count > 0 || _packs.DamagedPlaces.Count > 0 || _packs.Damaged.Count > 0;

    /// <summary>Whether an index cannot be read.</summary>
    public bool HasDamagedIndexes => _packs.Damaged.Count > 0;

    /// <summary>Notes what a check of all packs found, in the place of what was known; of a part of them, besides what was known.</summary>
    /// <param name="clock">Leaves out packs that were written to a moment ago, whose notes could not be told from those of later ones; null
    /// when none is.</param>
    public void NoteDamage(StoreCheckResult result, TimeProvider? clock)
    {
        ArgumentNullException.ThrowIfNull(result);
        _packs.ReplaceDamage(result.IsPart ? _packs.DamagedPlaces.Concat(result.DamagedPlaces) : result.DamagedPlaces, clock);
    }

    /// <summary>Leaves the indexes out that a check found damaged: what they say may be anything.</summary>
    public void LeaveOutDamagedIndexes(StoreCheckResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.DamagedIndexes.Count > 0)
            _packs.LeaveOut(result.DamagedIndexes);
    }

    /// <summary>Tells whether an object is in something that was found damaged, and nowhere else.</summary>
    public bool IsInDamage(in ObjectId id)
    {
        try
        {
            return !TryFind(id, out _) && FindDamage(id) is not null;
        }
        catch (CorruptStoreException)
        {
            return true; // an index that may name it is itself damaged
        }
    }

    /// <summary>Finds an object for a check that has named the damaged indexes: what they hide is not found.</summary>
    public bool TryFindSound(in ObjectId id, out ObjectLocation location)
    {
        try
        {
            return TryFind(id, out location);
        }
        catch (CorruptStoreException)
        {
            location = default;
            return false;
        }
    }

    /// <summary>Returns the objects in what was found damaged that are nowhere else.</summary>
    public IReadOnlyList<(ObjectId Id, ObjectKind Kind)> ListDamaged()
    {
        var found = new Dictionary<ObjectId, ObjectKind>();
        foreach (PackIndex index in _packs.Indexes)
        {
            for (int ordinal = 0; ordinal < index.ObjectCount && IsDamaged; ordinal++)
            {
                if (!index.Counts(ordinal) && !TryFind(index.IdOf(ordinal), out _))
                    found.TryAdd(index.IdOf(ordinal), index.Locate(ordinal).Kind);
            }
        }

        return [.. found.Select(item => (item.Key, item.Value))];
    }

    // Where the pack has no such frame, it is the index that is damaged.
    private bool IsFrame(in FramePlace place)
    {
        FramePlace wanted = place;
        bool isThere = false;
        try
        {
            _packs.Use(place.Pack, pack => isThere = pack.ReadFrames().Exists(frame =>
                frame.Offset == wanted.Offset && frame.Header.TotalLength == wanted.TotalLength
                    && frame.Header.RawLength == wanted.RawLength));
            return isThere;
        }
        catch (CorruptStoreException)
        {
            return true;
        }
    }

    private FramePlace? FindDamage(in ObjectId id)
    {
        if (_packs.DamagedPlaces.Count == 0)
            return null;
        foreach (PackIndex index in _packs.Indexes)
        {
            if (index.FindUncounted(id) is { } place && !_packs.Lost.Any(pack => pack.Id == place.Pack))
                return place;
        }

        return null;
    }
}
