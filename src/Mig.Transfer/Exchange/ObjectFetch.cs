using Mig.Core;
using Mig.Core.Zstd;
using Mig.History.Graph;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Brings single objects by their ids, of whatever kind: what a repository has lost. What the other side does not have is left out.
/// </summary>
internal sealed class ObjectFetch(
    ITransport transport, ObjectStore store, StoreOptions options, IProgressSink progress, CancellationToken cancellation)
{
    private const int ObjectsPerCall = 8192;

    /// <returns>How many came.</returns>
    /// <exception cref="RemoteException">The connection broke, or what came does not hold. Contents that did come are kept.</exception>
    public long Run(IReadOnlyCollection<(ObjectId Id, ObjectKind Kind)> wanted)
    {
        HashSet<ObjectId> there = HasCall.Ask(transport, [.. wanted.Select(item => item.Id)], isThere: true, cancellation);
        HashSet<ObjectId> blobs = [.. wanted.Where(item => item.Kind == ObjectKind.Blob && there.Contains(item.Id))
            .Select(item => item.Id)];
        if (blobs.Count > 0)
            _ = ContentFetch.Run(transport, store, blobs, options.Parallelism, progress, mergesIndexes: false, cancellation);
        (ObjectId Id, ObjectKind Kind)[] others = [.. wanted.Where(item => item.Kind != ObjectKind.Blob && there.Contains(item.Id))];
        if (others.Length > 0)
            FetchOthers(others);
        return blobs.Count + others.Length;
    }

    private void FetchOthers((ObjectId Id, ObjectKind Kind)[] wanted)
    {
        using var codec = new ZstdCodec();
        using ObjectWriter writer = store.BeginWrite(options);
        foreach ((ObjectId Id, ObjectKind Kind)[] part in wanted.Chunk(ObjectsPerCall))
        {
            var waiting = part.ToDictionary(item => item.Id, item => item.Kind);
            transport.Call(
                new RequestMessage(Verbs.Get),
                message => message.WriteIds(part.Select(item => item.Id)),
                reader =>
                {
                    while (reader.Read())
                    {
                        if (reader.Type != RecordType.Frame)
                            throw reader.Unexpected("a frame was expected");
                        Take(reader.Payload.Span, codec, writer, waiting);
                    }

                    return true;
                },
                cancellation);
            if (waiting.Count > 0)
                throw new RemoteException("REMOTE-012",
                    $"{transport.Peer} did not send {waiting.Keys.First()}, which is needed; its repository may be damaged: mig fsck "
                    + "there tells");
        }

        writer.Complete();
    }

    private void Take(ReadOnlySpan<byte> bytes, ZstdCodec codec, ObjectWriter writer, Dictionary<ObjectId, ObjectKind> waiting)
    {
        byte[]? rented = null;
        try
        {
            FrameContents frame = FrameContents.Read(bytes, codec, length => rented = FrameBuffers.Shared.Rent(length));
            for (int i = 0; i < frame.Count; i++)
            {
                (ObjectId id, ObjectKind kind, ReadOnlyMemory<byte> content) = frame[i];
                if (!waiting.Remove(id, out ObjectKind wanted) || wanted != kind)
                    throw new RemoteException("REMOTE-013", $"{transport.Peer} sent {id}, which was not asked for");
                var item = new ReceivedObject(id, kind, content);
                foreach (ObjectReference reference in item.GetReferences())
                    _ = reference; // what breaks its form is refused
                writer.AddObject(kind, item.Payload.Span);
            }
        }
        catch (CorruptStoreException e)
        {
            throw new RemoteException("REMOTE-014", $"{transport.Peer} sent what does not hold: {e.Message}", e);
        }
        finally
        {
            if (rented is not null)
                FrameBuffers.Shared.Return(rented);
        }
    }
}
