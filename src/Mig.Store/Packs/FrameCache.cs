using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>The frames that were decompressed last, up to so many bytes.</summary>
internal sealed class FrameCache(long capacity)
{
    private readonly Dictionary<(ObjectId Pack, long Offset), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = new();
    private readonly Lock _gate = new();
    private long _bytes;

    public byte[]? Find(in FramePlace place)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((place.Pack, place.Offset), out LinkedListNode<Entry>? node))
                return null;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Bytes;
        }
    }

    public void Add(in FramePlace place, byte[] bytes)
    {
        lock (_gate)
        {
            (ObjectId, long) key = (place.Pack, place.Offset);
            if (_entries.ContainsKey(key))
                return;
            _entries.Add(key, _order.AddFirst(new Entry(key, bytes)));
            _bytes += bytes.Length;
            while (_bytes > capacity && _order.Last is { } last && last != _order.First)
            {
                _order.RemoveLast();
                _entries.Remove(last.Value.Key);
                _bytes -= last.Value.Bytes.Length;
            }
        }
    }

    private sealed record Entry((ObjectId Pack, long Offset) Key, byte[] Bytes);
}
