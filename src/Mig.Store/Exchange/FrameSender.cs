using System.Buffers;
using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// Gives objects away as frames. A frame all of whose objects are wanted is copied as it is stored; of any other only the wanted objects are taken, into new
/// frames, so that nothing leaves the store that was not asked for.
/// </summary>
public sealed class FrameSender
{
    private readonly ObjectStore _store;
    private readonly StoreOptions _options;
    private readonly Action<ReadOnlyMemory<byte>> _send;
    private readonly FrameBuilder[] _builders;
    private readonly ObjectId[] _ids;
    private readonly FrameOrder _order;

    private FrameSender(ObjectStore store, StoreOptions options, IEnumerable<ObjectId> ids, FrameShare share, Action<ReadOnlyMemory<byte>> send)
    {
        _store = store;
        _options = options;
        _send = send;
        _builders = [.. new[] { ObjectClass.Content, ObjectClass.Metadata }.Select(which => new FrameBuilder(which, options, store.Codec, (_, frame) => _send(frame.Bytes)))];
        _ids = [.. ids.Distinct()];
        _order = new FrameOrder(store, _ids, share);
    }

    /// <summary>Sends objects, each once, in no particular order.</summary>
    /// <param name="share">Which of the frames that hold them to send; the others are left to others.</param>
    /// <param name="send">Given each frame, valid during the call only; called from several threads.</param>
    /// <exception cref="CorruptStoreException">One is missing or damaged.</exception>
    public static void Send(ObjectStore store, StoreOptions options, IEnumerable<ObjectId> ids, FrameShare share, Action<ReadOnlyMemory<byte>> send, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        var sender = new FrameSender(store, options, ids, share, send);
        try
        {
            sender.Run(cancellation);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            foreach (FrameBuilder builder in sender._builders)
                builder.Dispose();
        }
    }

    private void Run(CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellation };
        Parallel.For(0, _options.Parallelism, parallel, (_, state) =>
        {
            while (!state.ShouldExitCurrentIteration && _order.Claim(out int start, out ReadOnlySpan<int> indexes))
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    TakeFrame(start, indexes);
                }
                catch (CorruptStoreException e) when (_store.HasMoved(e))
                {
                    TakeOneByOne(start, indexes);
                }
            }
        });
        foreach (FrameBuilder builder in _builders)
        {
            builder.Flush();
            Parallel.For(0, _options.Parallelism, parallel, _ =>
            {
                while (builder.CompressOne())
                    cancellation.ThrowIfCancellationRequested();
            });
        }
    }

    private void TakeOneByOne(int start, ReadOnlySpan<int> indexes)
    {
        for (int i = 0; i < indexes.Length; i++)
        {
            (ObjectId id, ObjectKind kind) = (_ids[indexes[i]], _order.Locations[indexes[i]].Kind);
            Add(kind, id, _store.Read(id, kind), start + i);
        }
    }

    private void Add(ObjectKind kind, in ObjectId id, ReadOnlySpan<byte> bytes, int number) =>
        _builders[kind == ObjectKind.Blob ? 0 : 1].Add(kind, id, bytes, new OrderKey(0, 0, (ulong)number));

    private void TakeFrame(int start, ReadOnlySpan<int> indexes)
    {
        ObjectLocation first = _order.Locations[indexes[0]];
        int count = indexes.Length;
        FramePlace place = first.Index.GetFrame(first.Frame);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(place.TotalLength, place.RawLength));
        try
        {
            FrameHeader header = default;
            bool isWhole = false;
            _store.Packs.Use(place.Pack, pack =>
            {
                header = pack.ReadHeader(place.Offset);
                isWhole = header.ObjectCount == count && header.TotalLength == place.TotalLength;
                if (isWhole)
                    pack.ReadStored(place.Offset, header, buffer);
            });
            if (isWhole)
                _send(buffer.AsMemory(0, header.TotalLength));
            else
                TakeObjects(start, indexes, place, buffer.AsSpan(0, place.RawLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void TakeObjects(int start, ReadOnlySpan<int> indexes, in FramePlace place, Span<byte> raw)
    {
        _store.ReadFrame(place, raw);
        for (int i = 0; i < indexes.Length; i++)
        {
            ObjectLocation location = _order.Locations[indexes[i]];
            ObjectId id = _ids[indexes[i]];
            ReadOnlySpan<byte> bytes = raw.Slice(location.Offset, location.Length);
            ObjectStore.CheckId(id, bytes, place);
            Add(location.Kind, id, bytes, start + i);
        }
    }
}
