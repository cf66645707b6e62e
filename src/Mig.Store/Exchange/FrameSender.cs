using System.Collections.Concurrent;
using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// Gives objects away as frames. A frame all of whose objects are wanted goes as it is stored; of any other only the wanted objects are
/// taken, into new frames, so that nothing leaves the store that was not asked for. While it waits for whoever takes them it holds little:
/// a piece of a stored frame, or new frames.
/// </summary>
public sealed class FrameSender
{
    // Frames that are taken apart and made anew take some megabytes each, whoever they are for.
    private static readonly SemaphoreSlim Unpacking = new(2 * Environment.ProcessorCount);

    private readonly ObjectStore _store;
    private readonly StoreOptions _options;
    private readonly Action<OutgoingFrame> _send;
    private readonly FrameBuilder[] _builders;
    private readonly ConcurrentQueue<(byte[] Buffer, int Length)> _made = new();
    private readonly FrameOrder _order;
    private readonly List<Task> _helpers = [];
    private Func<Task>? _help;

    private FrameSender(ObjectStore store, StoreOptions options, IEnumerable<ObjectId> ids, FrameShare share, Action<OutgoingFrame> send)
    {
        _store = store;
        _options = options;
        _send = send;
        _builders = [.. new[] { ObjectClass.Content, ObjectClass.Metadata }.Select(which =>
            new FrameBuilder(which, options, store.Codec, (_, frame) => Keep(frame.Bytes)))];
        _order = new FrameOrder(store, ids, share, repeats: false);
    }

    /// <summary>Sends objects, each once, in no particular order.</summary>
    /// <param name="share">Which of the frames that hold them to send; the others are left to others.</param>
    /// <param name="send">Given each frame, valid during the call only; called from several threads.</param>
    /// <exception cref="CorruptStoreException">One is missing or damaged.</exception>
    public static void Send(ObjectStore store, StoreOptions options, IEnumerable<ObjectId> ids, FrameShare share,
        Action<OutgoingFrame> send, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        var sender = new FrameSender(store, options, ids, share, send);
        try
        {
            sender.Run(cancellation);
        }
        finally
        {
            foreach (FrameBuilder builder in sender._builders)
                builder.Dispose();
        }
    }

    private void Run(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Together(() => SendClaimed(stop.Token), stop);
        foreach (FrameBuilder builder in _builders)
        {
            builder.Flush();
            Together(() => SendFlushed(builder, stop.Token), stop);
        }
    }

    // Threads of their own: whoever waits for slow readers on those that all share keeps everybody waiting. They are started when there is
    // something for them to do.
    private void Together(Action work, CancellationTokenSource stop)
    {
        _help = () => ParallelWork.Start(work, stop);
        _helpers.Clear();
        Exception? failure = null;
        try
        {
            ParallelWork.Guard(work, stop);
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        lock (_helpers)
            _help = null;
        ((IAsyncResult)Task.WhenAll(_helpers)).AsyncWaitHandle.WaitOne();

        // One that was stopped because another one failed says nothing.
        List<Exception> failures = [.. _helpers.Where(helper => helper.Exception is not null)
            .SelectMany(helper => helper.Exception!.InnerExceptions)];
        if (failure is not null)
            failures.Insert(0, failure);
        ParallelWork.ThrowFirst(failures);
    }

    private void CallForHelp()
    {
        lock (_helpers)
        {
            while (_help is { } help && _helpers.Count < _options.Parallelism - 1)
                _helpers.Add(help());
        }
    }

    private void SendClaimed(CancellationToken cancellation)
    {
        while (_order.Claim(out int start, out ReadOnlySpan<int> indexes))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (!SendWhole(indexes))
                    TakeObjects(start, indexes, cancellation);
            }
            catch (CorruptStoreException e) when (_store.HasMoved(e))
            {
                TakeOneByOne(start, indexes);
            }

            SendMade();
        }
    }

    private void SendFlushed(FrameBuilder builder, CancellationToken cancellation)
    {
        while (Compress(builder, cancellation))
            SendMade();
        SendMade();
    }

    private bool Compress(FrameBuilder builder, CancellationToken cancellation)
    {
        if (builder.HasSeveral)
            CallForHelp();
        Unpacking.Wait(cancellation);
        try
        {
            return builder.CompressOne();
        }
        finally
        {
            Unpacking.Release();
        }
    }

    private void TakeOneByOne(int start, ReadOnlySpan<int> indexes)
    {
        for (int i = 0; i < indexes.Length; i++)
        {
            (ObjectId id, ObjectKind kind) = (_order.Ids[indexes[i]], _order.Locations[indexes[i]].Kind);
            Add(kind, id, _store.Read(id, kind), start + i);
        }
    }

    private void Add(ObjectKind kind, in ObjectId id, ReadOnlySpan<byte> bytes, int number) =>
        _builders[kind == ObjectKind.Blob ? 0 : 1].Add(kind, id, bytes, new OrderKey(0, 0, (ulong)number));

    // Checked before the first byte goes out. It is opened for this frame alone: a collection must not close it in the middle.
    private bool SendWhole(ReadOnlySpan<int> indexes)
    {
        ObjectLocation first = _order.Locations[indexes[0]];
        int count = indexes.Length;
        FramePlace place = first.Index.GetFrame(first.Frame);
        bool isWhole = false;
        _store.Packs.Use(place.Pack, pack =>
        {
            FrameHeader header = pack.ReadHeader(place.Offset);
            isWhole = header.ObjectCount == count && header.TotalLength == place.TotalLength;
        });
        if (!isWhole)
            return false;
        using PackFile alone = _store.Packs.OpenAlone(place.Pack);
        FrameHeader header = alone.ReadHeader(place.Offset);
        byte[] piece = FrameBuffers.Shared.Rent(OutgoingFrame.PieceSize);
        alone.CheckStored(place.Offset, header, piece);
        FrameBuffers.Shared.Return(piece);
        _send(new OutgoingFrame(alone, place.Offset, header.TotalLength));
        return true;
    }

    private void TakeObjects(int start, ReadOnlySpan<int> indexes, CancellationToken cancellation)
    {
        ObjectLocation first = _order.Locations[indexes[0]];
        FramePlace place = first.Index.GetFrame(first.Frame);
        CallForHelp();
        Unpacking.Wait(cancellation);
        byte[] buffer = FrameBuffers.Shared.Rent(place.RawLength);
        try
        {
            Span<byte> raw = buffer.AsSpan(0, place.RawLength);
            _store.ReadFrame(place, raw);
            for (int i = 0; i < indexes.Length; i++)
            {
                ObjectLocation location = _order.Locations[indexes[i]];
                ObjectId id = _order.Ids[indexes[i]];
                ReadOnlySpan<byte> bytes = raw.Slice(location.Offset, location.Length);
                ObjectStore.CheckId(id, bytes, place);
                Add(location.Kind, id, bytes, start + i);
            }
        }
        finally
        {
            FrameBuffers.Shared.Return(buffer);
            Unpacking.Release();
        }
    }

    // Nobody waits for the reader of the frames while it has more in its hands than these.
    private void Keep(ReadOnlyMemory<byte> frame)
    {
        byte[] buffer = FrameBuffers.Shared.Rent(frame.Length);
        frame.CopyTo(buffer);
        _made.Enqueue((buffer, frame.Length));
    }

    private void SendMade()
    {
        while (_made.TryDequeue(out (byte[] Buffer, int Length) frame))
        {
            _send(new OutgoingFrame(frame.Buffer.AsMemory(0, frame.Length)));
            FrameBuffers.Shared.Return(frame.Buffer);
        }
    }
}
