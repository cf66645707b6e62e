using Mig.Core;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Brings blobs into a store, as the frames in which they are stored at the other end wherever that is possible.</summary>
internal static class ContentFetch
{
    public readonly record struct Result(long Objects, long Bytes, long StoredBytes);

    /// <exception cref="RemoteException">One did not come, or what came does not hold. What did come and holds is kept.</exception>
    public static Result Run(ITransport transport, ObjectStore store, IReadOnlySet<ObjectId> blobs, int parallelism, IProgressSink progress, bool mergesIndexes, CancellationToken cancellation)
    {
        using var receiver = new ContentReceiver(store, blobs.Contains);
        try
        {
            foreach (ObjectId[] part in blobs.Chunk(ProtocolLimits.MaxIds))
            {
                ParallelCalls.Run(transport, part.Length, (share, stop) => Get(share, part, stop), cancellation);
                receiver.Flush(mergesIndexes: false);

                // A server that repacks between two requests numbers its frames anew: what fell through is asked for once more.
                ObjectId[] left = [.. part.Where(id => !store.Contains(id))];
                if (left.Length is > 0 && left.Length < part.Length)
                    Get(FrameShare.All, left, cancellation);
            }
        }
        catch (CorruptStoreException e) when (e.Code.StartsWith("FRAME-", StringComparison.Ordinal))
        {
            throw new RemoteException("REMOTE-014", $"{transport.Peer} sent what does not hold: {e.Message}", e);
        }
        finally
        {
            receiver.Flush(mergesIndexes);
        }

        foreach (ObjectId id in blobs)
        {
            if (!store.Contains(id))
                throw new RemoteException("REMOTE-012", $"{transport.Peer} did not send blob {id}, which is needed; its repository may be damaged: mig fsck there tells");
        }

        return new Result(receiver.Objects, receiver.Bytes, receiver.StoredBytes);

        void Get(FrameShare share, ObjectId[] ids, CancellationToken stop)
        {
            int came = 0;
            transport.Call(
                new RequestMessage(Verbs.Get) { Part = share.Index, Parts = share.Count > 1 ? share.Count : 0 },
                writer => writer.WriteIds(ids),
                reader =>
                {
                    FramePump.Run(reader, Math.Max(1, parallelism / share.Count), frame =>
                    {
                        if (Interlocked.Add(ref came, receiver.Add(frame.Span)) > ids.Length)
                            throw new RemoteException("REMOTE-013", $"{transport.Peer} sent more than the {ids.Length} contents that were asked for, some of them twice");
                        progress.Advance(frame.Length);
                    }, stop);
                    return true;
                },
                stop);
        }
    }
}
