using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.Core.Zstd;

namespace Mig.Store.Packs;

/// <summary>
/// Collects new objects of one class in a window, puts the window in order, cuts it into frames, and has the frames compressed by whichever
/// threads add objects: a thread compresses what is waiting before it may add more, so memory stays bounded and no thread idles.
/// </summary>
/// <remarks>
/// A frame that could not be written is lost, with what was in it: from then on every call says why, so that nobody takes the rest for all.
/// </remarks>
internal sealed unsafe class FrameBuilder : IDisposable
{
    private const int SegmentSize = 4 << 20;

    // Of tiny objects, what is known of each takes more room than its bytes: it counts for the window, and a frame has so many at most.
    private const int ObjectRoom = 128;
    private const int MaxFrameObjects = 1 << 15;

    private readonly ObjectClass _class;
    private readonly StoreOptions _options;
    private readonly int _frameSize;
    private readonly int _windowSize;
    private readonly ZstdCodec _codec;
    private readonly Action<FrameBuilder, FrameResult> _write;
    private readonly Lock _gate = new();
    private readonly Stack<nint> _freeSegments = new();
    private readonly Queue<FrameJob> _pending = new();
    private Window _window = new();
    private ExceptionDispatchInfo? _failure;
    private bool _isDisposed;

    public FrameBuilder(ObjectClass objectClass, StoreOptions options, ZstdCodec codec, Action<FrameBuilder, FrameResult> write)
    {
        _class = objectClass;
        _options = options;
        _codec = codec;
        _write = write;
        _frameSize = objectClass == ObjectClass.Content ? options.ContentFrameSize : options.MetadataFrameSize;
        _windowSize = objectClass == ObjectClass.Content ? options.WindowSize : Math.Min(options.WindowSize, 4 << 20);
    }

    public ObjectClass Class => _class;

    /// <summary>Whether more than one frame waits to be compressed.</summary>
    public bool HasSeveral
    {
        get
        {
            lock (_gate)
                return _pending.Count > 1;
        }
    }

    /// <summary>Copies an object into the window; compresses first when frames are waiting.</summary>
    public void Add(ObjectKind kind, in ObjectId id, ReadOnlySpan<byte> bytes, in OrderKey key)
    {
        while (CompressOne())
        {
        }

        lock (_gate)
        {
            _failure?.Throw();
            byte* to = Allocate(_window, bytes.Length);
            bytes.CopyTo(new Span<byte>(to, bytes.Length));
            _window.Objects.Add(new WindowObject(key, id, (nint)to, bytes.Length, kind));
            _window.Bytes += ObjectRoom;
            if (_window.Bytes >= _windowSize)
                Seal();
        }
    }

    /// <summary>Turns what is left in the window into frames that wait to be compressed.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _failure?.Throw();
            Seal();
        }
    }

    /// <summary>Compresses one waiting frame.</summary>
    /// <returns>False when none waits.</returns>
    public bool CompressOne()
    {
        FrameJob job;
        lock (_gate)
        {
            _failure?.Throw();
            if (!_pending.TryDequeue(out job!))
                return false;
        }

        int headLength = FrameHeader.Size + (5 * job.Objects.Length);
        byte[] buffer = FrameBuffers.Shared.Rent(headLength + ZstdCodec.GetBound(job.RawLength) + job.RawLength);
        try
        {
            Compress(job, buffer, headLength);
        }
        catch (Exception e)
        {
            lock (_gate)
                _failure ??= ExceptionDispatchInfo.Capture(e);
            throw;
        }

        FrameBuffers.Shared.Return(buffer);
        lock (_gate)
        {
            if (--job.Window.FramesLeft == 0)
                Release(job.Window);
        }

        return true;
    }

    /// <summary>Gives back the room that it has for more objects, when none are about to come.</summary>
    public void Trim()
    {
        lock (_gate)
            FreeSegments();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            Release(_window);
            foreach (FrameJob job in _pending)
                Release(job.Window);
            _pending.Clear();
            FreeSegments();
        }
    }

    private void FreeSegments()
    {
        foreach (nint segment in _freeSegments)
            NativeMemory.Free((void*)segment);
        _freeSegments.Clear();
    }

    private void Compress(FrameJob job, byte[] buffer, int headLength)
    {
        Span<byte> raw = buffer.AsSpan(buffer.Length - job.RawLength);
        Span<byte> table = buffer.AsSpan(FrameHeader.Size, 5 * job.Objects.Length);
        var places = new (ObjectId Id, FrameObject Place)[job.Objects.Length];
        int tableLength = 0, offset = 0;
        for (int i = 0; i < places.Length; i++)
        {
            ref readonly WindowObject item = ref job.Objects[i];
            new ReadOnlySpan<byte>((void*)item.Bytes, item.Length).CopyTo(raw[offset..]);
            tableLength += FrameTable.Write(table[tableLength..], item.Kind, item.Length);
            places[i] = (item.Id, new FrameObject(item.Kind, offset, item.Length));
            offset += item.Length;
        }

        int bodyStart = FrameHeader.Size + tableLength;
        Span<byte> body = buffer.AsSpan(bodyStart, buffer.Length - job.RawLength - bodyStart);
        int stored = _codec.Compress(raw, body, _options.CompressionLevel);
        FrameCodec codec = FrameCodec.Zstd;
        if (stored < 0 || stored > job.RawLength - (job.RawLength / 64))
        {
            raw.CopyTo(body);
            stored = job.RawLength;
            codec = FrameCodec.Stored;
        }

        uint checksum = Crc32C.Compute(buffer.AsSpan(FrameHeader.Size, tableLength + stored));
        var header = new FrameHeader(codec, _class, stored, job.RawLength, places.Length, tableLength, checksum);
        header.Write(buffer);
        _write(this, new FrameResult(buffer.AsMemory(0, header.TotalLength), job.RawLength, places));
    }

    // Called under the gate.
    private void Seal()
    {
        Window window = _window;
        if (window.Objects.Count == 0)
            return;
        _window = new Window();
        window.Objects.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        Span<WindowObject> objects = CollectionsMarshal.AsSpan(window.Objects);
        int start = 0;
        long length = 0;
        for (int i = 0; i < objects.Length; i++)
        {
            if (i > start && (length + objects[i].Length > _frameSize || i - start == MaxFrameObjects))
            {
                Enqueue(objects[start..i], length);
                start = i;
                length = 0;
            }

            length += objects[i].Length;
        }

        Enqueue(objects[start..], length);

        void Enqueue(ReadOnlySpan<WindowObject> part, long bytes)
        {
            window.FramesLeft++;
            _pending.Enqueue(new FrameJob(window, part.ToArray(), (int)bytes));
        }
    }

    private byte* Allocate(Window window, int length)
    {
        if (length > SegmentSize)
        {
            window.Oversized.Add((nint)NativeMemory.Alloc((nuint)length));
            window.Bytes += length;
            return (byte*)window.Oversized[^1];
        }

        if (window.Segments.Count == 0 || window.Used + length > SegmentSize)
        {
            window.Segments.Add(_freeSegments.TryPop(out nint segment) ? segment : (nint)NativeMemory.Alloc(SegmentSize));
            window.Used = 0;
        }

        byte* at = (byte*)window.Segments[^1] + window.Used;
        window.Used += length;
        window.Bytes += length;
        return at;
    }

    private void Release(Window window)
    {
        foreach (nint segment in window.Segments)
        {
            if (_isDisposed)
                NativeMemory.Free((void*)segment);
            else
                _freeSegments.Push(segment);
        }

        foreach (nint block in window.Oversized)
            NativeMemory.Free((void*)block);
        window.Segments.Clear();
        window.Oversized.Clear();
    }

    private sealed class Window
    {
        public List<WindowObject> Objects { get; } = [];

        public List<nint> Segments { get; } = [];

        public List<nint> Oversized { get; } = [];

        public int Used { get; set; }

        public long Bytes { get; set; }

        public int FramesLeft { get; set; }
    }

    private readonly record struct WindowObject(OrderKey Key, ObjectId Id, nint Bytes, int Length, ObjectKind Kind);

    private sealed record FrameJob(Window Window, WindowObject[] Objects, int RawLength);
}
