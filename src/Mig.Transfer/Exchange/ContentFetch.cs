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
                transport.Call(
                    new RequestMessage(Verbs.Get),
                    writer => writer.WriteIds(part),
                    reader =>
                    {
                        FramePump.Run(reader, parallelism, frame =>
                        {
                            receiver.Add(frame.Span);
                            progress.Advance(frame.Length);
                        }, cancellation);
                        return true;
                    },
                    cancellation);
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
    }
}
