using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>
/// A number for each object of a store, as of now: which were visited, say, or by whom. Four bytes an object; objects are found by their
/// place in an index.
/// </summary>
public sealed class ObjectMarks
{
    private readonly PackIndex[] _indexes;
    private readonly int[][] _marks;
    private readonly bool _passesOverDamage;
    private int _none;

    /// <param name="passesOverDamage">Whether an object that a damaged index hides counts as not there, for a check that has named the
    /// damage; else it is an error.</param>
    public ObjectMarks(ObjectStore store, bool passesOverDamage = false)
    {
        ArgumentNullException.ThrowIfNull(store);
        _passesOverDamage = passesOverDamage;
        _indexes = store.Packs.Indexes;
        _marks = Array.ConvertAll(_indexes, index => new int[index.ObjectCount]);
    }

    /// <summary>Finds an object and its mark, 0 at first, which may be set through the reference.</summary>
    /// <param name="found">False when there is no such object; then the reference leads nowhere that matters.</param>
    public ref int Find(in ObjectId id, out ObjectLocation location, out bool found)
    {
        for (int i = 0; i < _indexes.Length; i++)
        {
            if (!TryFind(i, id, out int ordinal, out location))
                continue;
            found = true;
            return ref _marks[i][ordinal];
        }

        location = default;
        found = false;
        return ref _none;
    }

    /// <summary>Finds where the mark of an object is kept; negative when there is no such object.</summary>
    public long FindSlot(in ObjectId id)
    {
        for (int i = 0; i < _indexes.Length; i++)
        {
            if (TryFind(i, id, out int ordinal, out _))
                return ((long)i << 32) | (uint)ordinal;
        }

        return -1;
    }

    /// <summary>The mark that is kept in a slot.</summary>
    public ref int At(long slot) => ref _marks[slot >> 32][(int)slot];

    /// <summary>Number of objects whose mark is still 0. Two indexes may name the same object; the mark of the first one counts.</summary>
    public long CountUnmarked()
    {
        long count = 0;
        ForEachId((id, _, mark) => count += mark == 0 && Find(id, out ObjectLocation _, out bool _) == 0 ? 1 : 0);
        return count;
    }

    internal IReadOnlyList<PackIndex> Indexes => _indexes;

    /// <summary>Returns every object whose mark is not 0.</summary>
    internal IEnumerable<(PackIndex Index, int Ordinal)> Marked()
    {
        for (int i = 0; i < _indexes.Length; i++)
        {
            for (int ordinal = 0; ordinal < _marks[i].Length; ordinal++)
            {
                if (_marks[i][ordinal] != 0)
                    yield return (_indexes[i], ordinal);
            }
        }
    }

    /// <summary>Visits every object with its mark.</summary>
    public void ForEach(Action<ObjectLocation, int> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        ForEachId((_, location, mark) => visit(location, mark));
    }

    /// <summary>Visits every object with its id and its mark.</summary>
    public void ForEachId(Action<ObjectId, ObjectLocation, int> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        for (int i = 0; i < _indexes.Length; i++)
        {
            for (int ordinal = 0; ordinal < _marks[i].Length; ordinal++)
            {
                if (TryLocate(i, ordinal, out ObjectId id, out ObjectLocation location))
                    visit(id, location, _marks[i][ordinal]);
            }
        }
    }

    private bool TryFind(int index, in ObjectId id, out int ordinal, out ObjectLocation location)
    {
        try
        {
            ordinal = _indexes[index].FindOrdinal(id);
            location = ordinal < 0 ? default : _indexes[index].Locate(ordinal);
            return ordinal >= 0;
        }
        catch (CorruptStoreException) when (_passesOverDamage)
        {
            (ordinal, location) = (-1, default);
            return false;
        }
    }

    private bool TryLocate(int index, int ordinal, out ObjectId id, out ObjectLocation location)
    {
        (id, location) = (default, default);
        try
        {
            if (!_indexes[index].Counts(ordinal))
                return false;
            (id, location) = (_indexes[index].IdOf(ordinal), _indexes[index].Locate(ordinal));
            return true;
        }
        catch (CorruptStoreException) when (_passesOverDamage)
        {
            return false;
        }
    }
}
