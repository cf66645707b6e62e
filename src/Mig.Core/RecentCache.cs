using System.Diagnostics.CodeAnalysis;

namespace Mig.Core;

/// <summary>The values that were used last, up to a weight. For several threads.</summary>
/// <param name="capacity">Most weight that is kept; a value that is heavier is not.</param>
public sealed class RecentCache<TKey, TValue>(long capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, long Weight)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value, long Weight)> _order = new();
    private readonly Lock _gate = new();
    private long _weight;

    /// <summary>
    /// Returns the value of a key, made by <paramref name="make"/> when it is not there. Two threads that miss at once both make one.
    /// </summary>
    /// <param name="make">Gives the value, and its weight in bytes.</param>
    public TValue Get(TKey key, Func<TKey, (TValue Value, long Weight)> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (TryGet(key, out TValue? known))
            return known;
        (TValue value, long weight) = make(key);
        Add(key, value, weight);
        return value;
    }

    /// <summary>Finds the value of a key among those that are kept.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            bool isThere = _nodes.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value, long Weight)>? node);
            value = isThere ? node!.Value.Value : default;
            if (isThere && node != _order.First)
            {
                _order.Remove(node!);
                _order.AddFirst(node!);
            }

            return isThere;
        }
    }

    private void Add(TKey key, TValue value, long weight)
    {
        lock (_gate)
        {
            if (weight > capacity || _nodes.ContainsKey(key))
                return;
            _nodes.Add(key, _order.AddFirst((key, value, weight)));
            _weight += weight;
            while (_weight > capacity)
            {
                _weight -= _order.Last!.Value.Weight;
                _nodes.Remove(_order.Last.Value.Key);
                _order.RemoveLast();
            }
        }
    }
}
