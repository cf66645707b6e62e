using Mig.Core;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Brings blobs into a store, as the frames in which they are stored at the other end wherever that is possible. After a break it goes on
/// with what has not come.
/// </summary>
internal sealed class ContentFetch : IDisposable
{
    // The server keeps them while it answers, and others ask at the same time.
    private const int MostIds = 1 << 17;

    private readonly ITransport _transport;
    private readonly ObjectStore _store;
    private readonly IReadOnlySet<ObjectId> _wanted;
    private readonly int _parallelism;
    private readonly IProgressSink _progress;
    private readonly CancellationToken _cancellation;
    private readonly ContentReceiver _receiver;
    private readonly HashSet<ObjectId> _come = [];
    private readonly Lock _gate = new();
    private readonly PieceSize _size = new(MostIds, least: 1);
    private int _streams;

    private ContentFetch(ITransport transport, ObjectStore store, IReadOnlySet<ObjectId> blobs, int parallelism, IProgressSink progress,
        CancellationToken cancellation)
    {
        (_transport, _store, _wanted, _parallelism, _progress, _cancellation) =
            (transport, store, blobs, parallelism, progress, cancellation);
        _streams = transport.MaxStreams;
        _receiver = new ContentReceiver(store, Take);
    }

    public readonly record struct Result(long Objects, long Bytes, long StoredBytes);

    /// <exception cref="RemoteException">One did not come, or what came does not hold. What did come and holds is kept.</exception>
    public static Result Run(ITransport transport, ObjectStore store, IReadOnlySet<ObjectId> blobs, int parallelism, IProgressSink progress,
        bool mergesIndexes, CancellationToken cancellation)
    {
        using var fetch = new ContentFetch(transport, store, blobs, parallelism, progress, cancellation);
        return fetch.Run(mergesIndexes);
    }

    public void Dispose() => _receiver.Dispose();

    private Result Run(bool mergesIndexes)
    {
        List<ObjectId> left = [.. _wanted];
        try
        {
            PersistentCall.Run(_transport, CountCome, () => FetchAll(left), _cancellation);
        }
        catch (CorruptStoreException e) when (e.Code.StartsWith("FRAME-", StringComparison.Ordinal))
        {
            throw new RemoteException("REMOTE-014", $"{_transport.Peer} sent what does not hold: {e.Message}", e);
        }
        finally
        {
            _receiver.Flush(mergesIndexes);
        }

        foreach (ObjectId id in _wanted)
        {
            if (!_store.TryFindAnew(id, out _))
                throw new RemoteException("REMOTE-012",
                    $"{_transport.Peer} did not send blob {id}, which is needed; its repository may be damaged: mig fsck there tells");
        }

        return new Result(_receiver.Objects, _receiver.Bytes, _receiver.StoredBytes);
    }

    private bool FetchAll(List<ObjectId> left)
    {
        while (left.Count > 0)
        {
            ObjectId[] piece = [.. left[..(int)Math.Min(left.Count, _size.Now)]];
            long before = CountCome();
            try
            {
                FetchPiece(piece);
            }
            catch (RemoteException e) when (PersistentCall.IsBroken(e))
            {
                // The server may allow fewer connections than there are streams.
                _size.Cut(piece.Length, CountCome() - before);
                _streams = Math.Max(1, _streams / 2);
                left.RemoveAll(HasCome);
                throw;
            }

            left.RemoveRange(0, piece.Length);
            _size.Pass();
        }

        return true;
    }

    private void FetchPiece(ObjectId[] piece)
    {
        int streams = Math.Min(ParallelCalls.Count(_transport, piece.Length), _streams);
        ParallelCalls.Run(streams, (stream, stop) => Get(new FrameShare(stream, streams), piece, stop), _cancellation);

        // A server that repacks between two requests numbers its frames anew: what fell through is asked for once more.
        ObjectId[] missing = [.. piece.Where(id => !HasCome(id))];
        if (missing.Length is > 0 && missing.Length < piece.Length)
            Get(FrameShare.All, missing, _cancellation);
    }

    private void Get(FrameShare share, ObjectId[] ids, CancellationToken stop)
    {
        int came = 0;
        _transport.Call(
            new RequestMessage(Verbs.Get) { Part = share.Index, Parts = share.Count > 1 ? share.Count : 0 },
            writer => writer.WriteIds(ids),
            reader =>
            {
                FramePump.Run(reader, Math.Max(1, _parallelism / share.Count), frame =>
                {
                    if (Interlocked.Add(ref came, _receiver.Add(frame.Span)) > ids.Length)
                        throw new RemoteException("REMOTE-013",
                            $"{_transport.Peer} sent more than the {ids.Length} contents that were asked for, some of them twice");
                    _progress.Advance(frame.Length);
                }, stop);
                return true;
            },
            stop);
    }

    private bool Take(ObjectId id)
    {
        if (!_wanted.Contains(id))
            return false;
        lock (_gate)
            _come.Add(id);
        return true;
    }

    private bool HasCome(ObjectId id)
    {
        lock (_gate)
            return _come.Contains(id);
    }

    private long CountCome()
    {
        lock (_gate)
            return _come.Count;
    }
}
