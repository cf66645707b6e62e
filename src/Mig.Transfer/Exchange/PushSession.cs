using Mig.Core;
using Mig.History.Commits;
using Mig.History.Graph;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Store.Packs;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Sends commits and all that the other side lacks of what they need. The walk goes down the manifests level by level, leaving out what the versions before
/// have in the same place, and what the other side says it has; so its cost is that of the difference.
/// </summary>
internal sealed class PushSession(ITransport transport, ObjectStore store, PushRequest request, CancellationToken cancellation)
{
    // Versions that the other side has, beside which the new ones are laid; more would cost more than they save.
    private const int MaxBoundary = 32;

    private readonly CommitGraph _graph = new(store);
    private readonly List<ObjectId> _manifests = [];
    private long _bytes;
    private long _storedBytes;

    /// <param name="remote">The refs of the other side.</param>
    public PushReport Run(RemoteListing remote)
    {
        long wireBefore = transport.WireBytes;
        List<ObjectId> blobs = FindMissing(remote);
        _bytes = _manifests.Concat(blobs).Sum(id => store.TryFind(id, out ObjectLocation location) ? (long)location.Length : 0);
        if (!request.DryRun && blobs.Count > 0)
            SendContent(blobs);
        PushReport answer = SendManifests();
        return answer with { Transfer = new TransferReport(_manifests.Count + blobs.Count, _bytes, _storedBytes, transport.WireBytes - wireBefore) };
    }

    private List<ObjectId> FindMissing(RemoteListing remote)
    {
        request.Progress.Begin("comparing", 0);
        var tags = new List<ObjectId>();
        List<ObjectId> tips = [];
        foreach (ObjectId id in request.Updates.Select(update => update.New).OfType<ObjectId>())
            tips.Add(_graph.Peel(id, tags) ?? throw new NotFoundException($"{id} is no commit or tag of this repository"));
        HashSet<ObjectId> known = _graph.Reach(remote.Refs.Select(item => item.Peeled ?? item.Id), new HashSet<ObjectId>());
        List<(ObjectId Id, Commit Commit)> fresh = [.. _graph.Walk(tips, known, new HashSet<ObjectId>(), 0).Select(step => (step.Id, step.Commit))];
        HashSet<ObjectId> lacking = AskMissing([.. fresh.Select(item => item.Id), .. tags]);
        _manifests.AddRange(lacking);
        fresh.RemoveAll(item => !lacking.Contains(item.Id));
        List<ObjectId> boundary = [.. fresh.SelectMany(item => item.Commit.Parents).Select(parent => parent.Value).Where(id => !lacking.Contains(id) && store.Contains(id)).Distinct().Take(MaxBoundary)];
        return WalkDown(
            [.. fresh.Select(item => new ObjectReference(item.Commit.Image.Value, ObjectKind.Image))],
            [.. boundary.Select(id => new ObjectReference(_graph.Read(id).Image.Value, ObjectKind.Image))]);
    }

    // Both sides go down together: what an old node names, the other side has.
    private List<ObjectId> WalkDown(List<ObjectReference> fresh, List<ObjectReference> old)
    {
        var blobs = new HashSet<ObjectId>();
        var oldBlobs = new HashSet<ObjectId>();
        var seen = new HashSet<ObjectId>();
        while (fresh.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var oldIds = old.Select(reference => reference.Id).ToHashSet();
            var freshIds = fresh.Select(reference => reference.Id).ToHashSet();
            HashSet<ObjectId> missing = AskMissing([.. freshIds.Where(id => !oldIds.Contains(id) && seen.Add(id))]);
            _manifests.AddRange(missing);
            old = NextLevel(old.Where(reference => !freshIds.Contains(reference.Id)), oldBlobs);
            fresh = NextLevel(fresh.Where(reference => missing.Remove(reference.Id)), blobs);
        }

        blobs.ExceptWith(oldBlobs);
        return [.. AskMissing([.. blobs])];
    }

    private List<ObjectReference> NextLevel(IEnumerable<ObjectReference> level, HashSet<ObjectId> blobs)
    {
        var next = new List<ObjectReference>();
        foreach (ObjectReference node in level)
        {
            foreach (ObjectReference reference in ObjectReferences.Of(store, node.Id, node.Kind))
            {
                if (reference.Kind == ObjectKind.Blob)
                    blobs.Add(reference.Id);
                else
                    next.Add(reference);
            }
        }

        return next;
    }

    private HashSet<ObjectId> AskMissing(IReadOnlyList<ObjectId> ids)
    {
        var missing = new HashSet<ObjectId>();
        foreach (ObjectId[] part in ids.Chunk(ProtocolLimits.MaxIds))
        {
            transport.Call(
                new RequestMessage(Verbs.Has),
                writer => writer.WriteIds(part),
                reader =>
                {
                    reader.Expect(RecordType.Bits);
                    ReadOnlySpan<byte> bits = reader.Payload.Span;
                    if (bits.Length != (part.Length + 7) / 8)
                        throw reader.Unexpected($"{part.Length} bits were expected");
                    for (int i = 0; i < part.Length; i++)
                    {
                        if ((bits[i / 8] & (1 << (i % 8))) == 0)
                            missing.Add(part[i]);
                    }

                    reader.ExpectEnd();
                    return true;
                },
                cancellation);
        }

        return missing;
    }

    private void SendContent(List<ObjectId> blobs)
    {
        request.Progress.Begin("contents", 0);
        ParallelCalls.Run(
            transport,
            blobs.Count,
            (share, stop) => transport.Call(
                new RequestMessage(Verbs.Put),
                writer => Send(blobs, share, writer, stop),
                reader =>
                {
                    reader.ExpectEnd();
                    return true;
                },
                stop),
            cancellation);
    }

    private void Send(List<ObjectId> objects, FrameShare share, MessageWriter writer, CancellationToken stop) => FrameSender.Send(
        store,
        StoreOptions.Default,
        objects,
        share,
        frame =>
        {
            writer.WriteFrame(frame);
            Interlocked.Add(ref _storedBytes, frame.Length);
            request.Progress.Advance(frame.Length);
        },
        stop);

    private PushReport SendManifests()
    {
        request.Progress.Begin("manifests", 0);
        var message = new RequestMessage(Verbs.Push)
        {
            Atomic = request.Atomic,
            DryRun = request.DryRun,
            Updates = [.. request.Updates.Select(update => new UpdateMessage(update.Name.Value, update.Old?.ToString(), update.New?.ToString(), update.Force))],
        };
        return transport.Call(
            message,
            writer =>
            {
                if (!request.DryRun)
                    Send(_manifests, FrameShare.All, writer, cancellation);
            },
            ReadResults,
            cancellation);
    }

    private PushReport ReadResults(MessageReader reader)
    {
        var messages = new List<string>();
        ResultsMessage? results = null;
        while (reader.Read())
        {
            if (reader.Type == RecordType.Text && messages.Count < ProtocolLimits.MaxLines)
                messages.Add(reader.ParseText());
            else if (reader.Type == RecordType.Json && results is null)
                results = reader.ParseJson(ProtocolJson.Default.ResultsMessage);
            else
                throw reader.Unexpected("the results of a push were expected");
        }

        if (results?.Refusals is null || results.Refusals.Count != request.Updates.Count)
            throw reader.Unexpected($"results for {request.Updates.Count} refs were expected");
        return new PushReport(TransferReport.Nothing, [.. request.Updates.Zip(results.Refusals, (update, refusal) => new PushResult(update.Name, refusal))], messages);
    }
}
