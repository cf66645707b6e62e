using Mig.Core;

namespace Mig.Store;

/// <summary>The objects that a writer was given, in many small sets: one large set takes its room twice whenever it grows.</summary>
internal sealed class AddedObjects
{
    private readonly HashSet<ObjectId>[] _sets = [.. Enumerable.Range(0, 256).Select(_ => new HashSet<ObjectId>())];
    private int _count;

    /// <summary>How many there were.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool Contains(in ObjectId id)
    {
        HashSet<ObjectId> set = _sets[id.FirstByte];
        lock (set)
            return set.Contains(id);
    }

    /// <returns>False when it was added before.</returns>
    public bool Add(in ObjectId id)
    {
        HashSet<ObjectId> set = _sets[id.FirstByte];
        lock (set)
        {
            if (!set.Add(id))
                return false;
        }

        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>Forgets which they were, but not how many.</summary>
    public void Forget()
    {
        foreach (HashSet<ObjectId> set in _sets)
        {
            lock (set)
            {
                set.Clear();
                set.TrimExcess();
            }
        }
    }
}
