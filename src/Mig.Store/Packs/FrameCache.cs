using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>
/// The frames that were decompressed last, up to so many bytes, for one store or for several. A frame that many want at once is
/// decompressed by one of them. The buffers are rented, and go back when the last reader is done. For many threads.
/// </summary>
/// <param name="capacity">Most bytes that are kept.</param>
public sealed class FrameCache(long capacity)
{
    private readonly Dictionary<(ObjectId Pack, long Offset, int RawLength), LinkedListNode<Frame>> _frames = [];
    private readonly LinkedList<Frame> _order = new();
    private readonly Lock _gate = new();
    private long _bytes;
    private long _filled;

    /// <summary>Frames that were decompressed so far.</summary>
    internal long Filled => Interlocked.Read(ref _filled);

    /// <summary>Returns a frame, for its user to release; has it read first when it is not there.</summary>
    /// <param name="fill">Reads the frame into a buffer of just its length.</param>
    internal Frame Acquire(in FramePlace place, FrameFiller fill)
    {
        while (true)
        {
            (Frame frame, bool isNew) = FindOrAdd(place);
            if (isNew)
            {
                Fill(frame, place, fill);
                return frame;
            }

            if (frame.WaitUntilFilled())
                return frame;
            Release(frame); // who filled it failed: the next one tries, and gets an error of its own
        }
    }

    /// <summary>Returns a frame that is there, for its user to release; null when it is not there, or not whole yet.</summary>
    internal Frame? TryAcquire(in FramePlace place)
    {
        lock (_gate)
        {
            if (!_frames.TryGetValue((place.Pack, place.Offset, place.RawLength), out LinkedListNode<Frame>? node) || !node.Value.IsWhole)
                return null;
            return Take(node);
        }
    }

    internal void Release(Frame frame)
    {
        lock (_gate)
            Drop(frame);
    }

    private void Fill(Frame frame, in FramePlace place, FrameFiller fill)
    {
        try
        {
            fill(place, frame.Buffer.AsSpan(0, place.RawLength));
            Interlocked.Increment(ref _filled);
            frame.SetFilled(isWhole: true);
        }
        catch
        {
            lock (_gate)
                Forget(frame);
            frame.SetFilled(isWhole: false);
            Release(frame);
            throw;
        }
    }

    // A new frame has two users: who fills it, and the cache.
    private (Frame Frame, bool IsNew) FindOrAdd(in FramePlace place)
    {
        lock (_gate)
        {
            var key = (place.Pack, place.Offset, place.RawLength);
            if (_frames.TryGetValue(key, out LinkedListNode<Frame>? node))
                return (Take(node), false);
            var frame = new Frame(key, FrameBuffers.Shared.Rent(Math.Max(1, place.RawLength)), place.RawLength) { Users = 2 };
            _frames.Add(key, _order.AddFirst(frame));
            _bytes += frame.Length;
            while (_bytes > capacity && _order.Last is { } last && last != _order.First)
                Forget(last.Value);
            return (frame, true);
        }
    }

    private Frame Take(LinkedListNode<Frame> node)
    {
        if (node != _order.First)
        {
            _order.Remove(node);
            _order.AddFirst(node);
        }

        node.Value.Users++;
        return node.Value;
    }

    // Called under the gate. It may have been forgotten before.
    private void Forget(Frame frame)
    {
        if (!_frames.TryGetValue(frame.Key, out LinkedListNode<Frame>? node) || node.Value != frame)
            return;
        _order.Remove(node);
        _frames.Remove(frame.Key);
        _bytes -= frame.Length;
        Drop(frame);
    }

    private static void Drop(Frame frame)
    {
        if (--frame.Users == 0)
            FrameBuffers.Shared.Return(frame.Buffer);
    }

    /// <summary>A frame's bytes, and which of its objects have been checked against their ids since they came.</summary>
    internal sealed class Frame((ObjectId Pack, long Offset, int RawLength) key, byte[] buffer, int length)
    {
        private readonly HashSet<(int Offset, int Length, ObjectId Id)> _checked = [];
        private volatile int _state; // 0 while it is being filled, 1 whole, -1 failed

        public (ObjectId Pack, long Offset, int RawLength) Key { get; } = key;

        public byte[] Buffer { get; } = buffer;

        public int Length { get; } = length;

        public int Users { get; set; }

        public bool IsWhole => _state > 0;

        /// <summary>Whether these bytes were seen to be this object: a damaged index may say so of any bytes.</summary>
        public bool IsChecked(in ObjectId id, int offset, int length)
        {
            lock (_checked)
                return _checked.Contains((offset, length, id));
        }

        public void SetChecked(in ObjectId id, int offset, int length)
        {
            lock (_checked)
                _checked.Add((offset, length, id));
        }

        public void SetFilled(bool isWhole)
        {
            lock (_checked)
            {
                _state = isWhole ? 1 : -1;
                Monitor.PulseAll(_checked);
            }
        }

        /// <summary>Waits for who fills it.</summary>
        /// <returns>False when that failed.</returns>
        public bool WaitUntilFilled()
        {
            if (_state == 0)
            {
                lock (_checked)
                {
                    while (_state == 0)
                        Monitor.Wait(_checked);
                }
            }

            return _state > 0;
        }
    }
}
