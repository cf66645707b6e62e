using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>
/// The frames that were decompressed last, up to so many bytes. Their buffers are rented, and go back when the last reader is done.
/// </summary>
internal sealed class FrameCache(long capacity)
{
    private readonly Dictionary<(ObjectId Pack, long Offset), LinkedListNode<Frame>> _frames = [];
    private readonly LinkedList<Frame> _order = new();
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Runs an action with a frame's bytes; reads the frame first when it is not there.</summary>
    /// <param name="fill">Reads the frame into a buffer of just its length.</param>
    public void Use(in FramePlace place, Action<byte[]> fill, Action<byte[]> use)
    {
        Frame? frame = Acquire(place);
        if (frame is null)
        {
            frame = new Frame((place.Pack, place.Offset), FrameBuffers.Shared.Rent(Math.Max(1, place.RawLength)), place.RawLength);
            try
            {
                fill(frame.Buffer);
            }
            catch
            {
                FrameBuffers.Shared.Return(frame.Buffer);
                throw;
            }

            Add(frame);
        }

        try
        {
            use(frame.Buffer);
        }
        finally
        {
            Release(frame);
        }
    }

    private Frame? Acquire(in FramePlace place)
    {
        lock (_gate)
        {
            if (!_frames.TryGetValue((place.Pack, place.Offset), out LinkedListNode<Frame>? node))
                return null;
            _order.Remove(node);
            _order.AddFirst(node);
            node.Value.Users++;
            return node.Value;
        }
    }

    // The new frame has two users: its reader, and the cache.
    private void Add(Frame frame)
    {
        lock (_gate)
        {
            frame.Users = 1;
            if (_frames.ContainsKey(frame.Key))
                return; // another thread read it meanwhile; this copy is for its reader alone
            frame.Users = 2;
            _frames.Add(frame.Key, _order.AddFirst(frame));
            _bytes += frame.Length;
            while (_bytes > capacity && _order.Last is { } last && last != _order.First)
            {
                _order.RemoveLast();
                _frames.Remove(last.Value.Key);
                _bytes -= last.Value.Length;
                Drop(last.Value);
            }
        }
    }

    private void Release(Frame frame)
    {
        lock (_gate)
            Drop(frame);
    }

    private static void Drop(Frame frame)
    {
        if (--frame.Users == 0)
            FrameBuffers.Shared.Return(frame.Buffer);
    }

    private sealed class Frame((ObjectId Pack, long Offset) key, byte[] buffer, int length)
    {
        public (ObjectId Pack, long Offset) Key { get; } = key;

        public byte[] Buffer { get; } = buffer;

        public int Length { get; } = length;

        public int Users { get; set; }
    }
}
