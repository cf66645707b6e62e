using Mig.Core;
using Mig.History.Commits;
using Mig.History.Graph;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Store.Packs;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Sends commits and all that the other side lacks of what they need. The walk goes down the manifests level by level, leaving out what the
/// versions before have in the same place, and what the other side says it has; so its cost is that of the difference.
/// </summary>
/// <param name="server">What the other side says of itself: its limits are kept.</param>
internal sealed class PushSession(
    ITransport transport, HelloMessage server, ObjectStore store, PushRequest request, CancellationToken cancellation)
{
    // Versions that the other side has, beside which the new ones are laid; more would cost more than they save.
    private const int MaxBoundary = 32;

    // Rather than ask for more commits than that, all refs are looked at, where only some are known.
    private const int MostAsked = 1024;

    // What a push brings beside its refs, when it brings more, it brings piece by piece.
    private const long MostInline = 1 << 20;

    // Of the JSON of one push: well below what a request may have.
    private const int MaxUpdateBytes = ProtocolLimits.MaxRequest / 4 * 3;

    private readonly CommitGraph _graph = new(store);
    private readonly List<ObjectId> _manifests = [];
    private bool _areManifestsThere;
    private long _bytes;
    private long _storedBytes;

    /// <param name="remote">The refs of the other side.</param>
    public PushReport Run(RemoteListing remote)
    {
        long wireBefore = transport.WireBytes;
        List<PushUpdate[]> parts = Split(remote);
        List<ObjectId> blobs = FindMissing(remote);
        _bytes = _manifests.Concat(blobs).Sum(id => store.TryFind(id, out ObjectLocation location) ? (long)location.Length : 0);
        if (!request.DryRun && blobs.Count > 0)
            SendContent(blobs);
        var results = new List<PushResult>();
        var messages = new List<string>();
        foreach (PushUpdate[] part in parts)
        {
            PushReport answer = SendManifests(part, isFirst: results.Count == 0);
            results.AddRange(answer.Results);
            messages.AddRange(answer.Messages);
        }

        return new PushReport(new TransferReport(_manifests.Count + blobs.Count, _bytes, _storedBytes, transport.WireBytes - wireBefore),
            results, messages);
    }

    // What the other side would refuse is not sent; refs that need not move together go in several pushes.
    private List<PushUpdate[]> Split(RemoteListing remote)
    {
        int refsBefore = remote.Total ?? remote.Refs.Count;
        long refsAfter = refsBefore + request.Updates.Sum(update => update.Old is null ? 1 : update.New is null ? -1 : 0);
        if (server.MaxRefs > 0 && refsAfter > server.MaxRefs && refsAfter > refsBefore)
            throw new UsageException(
                $"{transport.Peer} would have {refsAfter} refs then, at most {server.MaxRefs} allowed there (receive.maxRefs); push "
                + "fewer, or delete some there");
        int most = server.MaxUpdates > 0 ? server.MaxUpdates : int.MaxValue;
        var parts = new List<PushUpdate[]>();
        var part = new List<PushUpdate>();
        int bytes = 0;
        foreach (PushUpdate update in request.Updates)
        {
            int size = RefPage.SizeOf(update.Name.Value);
            if (part.Count > 0 && (part.Count >= most || bytes + size > MaxUpdateBytes))
            {
                parts.Add([.. part]);
                part.Clear();
                bytes = 0;
            }

            part.Add(update);
            bytes += size;
        }

        parts.Add([.. part]);
        if (request.Atomic && parts.Count > 1)
            throw new UsageException(
                $"{request.Updates.Count} refs are more than {transport.Peer} moves together, at most {Math.Min(most, parts[0].Length)} "
                + "here (receive.maxUpdates); push fewer at once, or with --no-atomic, which moves them part by part");
        return parts;
    }

    private List<ObjectId> FindMissing(RemoteListing remote)
    {
        request.Progress.Begin("comparing", 0);
        var tags = new List<ObjectId>();
        List<ObjectId> tips = [];
        foreach (ObjectId id in request.Updates.Select(update => update.New).OfType<ObjectId>())
            tips.Add(_graph.Peel(id, tags) ?? throw new NotFoundException($"{id} is not a commit or tag of this repository"));
        List<(ObjectId Id, Commit Commit)> fresh = FindFresh(tips, remote);
        if (fresh.Count > MostAsked && remote.Total > remote.Refs.Count)
            fresh = FindFresh(tips, new RefListing(transport, server, int.MaxValue).Run(new RefsQuery(), cancellation));
        List<ObjectId> candidates = [.. fresh.Select(item => item.Id), .. tags];
        HashSet<ObjectId> lacking = AskMissing([.. candidates.Where(id => !remote.Absent.Contains(id) && !remote.Present.Contains(id))]);
        lacking.UnionWith(candidates.Where(remote.Absent.Contains));
        _manifests.AddRange(lacking);
        fresh.RemoveAll(item => !lacking.Contains(item.Id));
        List<ObjectId> boundary = [.. fresh.SelectMany(item => item.Commit.Parents).Select(parent => parent.Value)
            .Where(id => !lacking.Contains(id) && store.Contains(id)).Distinct().Take(MaxBoundary)];
        return WalkDown(
            [.. fresh.Select(item => new ObjectReference(item.Commit.Image.Value, ObjectKind.Image))],
            [.. boundary.Select(id => new ObjectReference(_graph.Read(id).Image.Value, ObjectKind.Image))]);
    }

    // Of what the other side says that it has, it has all that lies behind as well.
    private List<(ObjectId Id, Commit Commit)> FindFresh(List<ObjectId> tips, RemoteListing remote)
    {
        IEnumerable<ObjectId> there = remote.Refs.Select(item => item.Peeled ?? item.Id)
            .Concat(remote.Present.Select(id => _graph.Peel(id)).OfType<ObjectId>());
        HashSet<ObjectId> known = _graph.Reach(there, new HashSet<ObjectId>());
        return [.. _graph.Walk(tips, known, new HashSet<ObjectId>(), 0).Select(step => (step.Id, step.Commit))];
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

    private HashSet<ObjectId> AskMissing(IReadOnlyList<ObjectId> ids) => HasCall.Ask(transport, ids, isThere: false, cancellation);

    private void SendContent(List<ObjectId> blobs)
    {
        request.Progress.Begin("contents", 0);
        new ContentPush(transport, new RequestMessage(Verbs.Put), store, Count, cancellation).Run(blobs);
    }

    private void Count(long bytes)
    {
        if (Interlocked.Add(ref _storedBytes, bytes) > server.MaxInputSize && server.MaxInputSize > 0)
            throw new UsageException(
                $"the push brings more than {server.MaxInputSize} bytes, the limit of the repository at {transport.Peer} "
                + "(receive.maxInputSize)");
        if (bytes > 0)
            request.Progress.Advance(bytes);
    }

    // Whether a push that broke came through, its refs tell.
    private PushReport SendManifests(PushUpdate[] updates, bool isFirst)
    {
        request.Progress.Begin("manifests", 0);
        int tries = 0;
        HashSet<RefName> moved = [];
        PushReport report = PersistentCall.Run(transport, TrySend, cancellation);
        return tries > 1 && report.Results.Any(result => result.Refusal is not null) ? Forgive(report, FindMoved(updates))
            : Forgive(report, moved);

        PushReport TrySend()
        {
            if (++tries > 1)
                moved = FindMoved(updates);
            bool mayGoInPieces = !request.DryRun && isFirst && server.Features?.Contains(HelloMessage.ManifestsInPieces) == true;
            if (mayGoInPieces)
                SendPieces(mustGo: tries > 1);
            if (moved.Count == updates.Length)
                return new PushReport(TransferReport.Nothing, [.. updates.Select(update => new PushResult(update.Name, null))], []);
            try
            {
                return SendManifestsOnce(updates, isFirst);
            }
            catch (RemoteException e) when (e.Code == RemoteCodes.TooLarge && mayGoInPieces && !_areManifestsThere)
            {
                SendPieces(mustGo: true);
                return SendManifestsOnce(updates, isFirst);
            }
        }
    }

    private void SendPieces(bool mustGo)
    {
        if (_areManifestsThere || (!mustGo && FrameGroup.Of(store, _manifests).Sum(group => group.Bytes) <= MostInline))
            return;
        HashSet<ObjectId> missing = HasCall.Ask(
            transport, new RequestMessage(Verbs.Has) { Manifests = true }, _manifests, isThere: false, cancellation);
        if (missing.Count > 0)
            new ContentPush(transport, new RequestMessage(Verbs.Put) { Manifests = true }, store, Count, cancellation).Run(missing);
        _areManifestsThere = true;
    }

    private PushReport SendManifestsOnce(PushUpdate[] updates, bool isFirst)
    {
        var message = new RequestMessage(Verbs.Push)
        {
            Atomic = request.Atomic,
            DryRun = request.DryRun,
            Updates = [.. updates.Select(update =>
                new UpdateMessage(update.Name.Value, update.Old?.ToString(), update.New?.ToString(), update.Force))],
        };
        return transport.Call(
            message,
            writer =>
            {
                if (!request.DryRun && isFirst && !_areManifestsThere)
                    FrameSender.Send(store, StoreOptions.Default, _manifests, FrameShare.All, frame => Write(frame, writer), cancellation);
            },
            reader => ReadResults(reader, updates),
            cancellation);

        void Write(OutgoingFrame frame, MessageWriter writer)
        {
            Count(frame.Length);
            writer.WriteFrame(frame);
        }
    }

    // Those of some refs that are where they should be.
    private HashSet<RefName> FindMoved(PushUpdate[] updates)
    {
        List<string> names = [.. updates.Select(update => update.Name.Value)];
        RemoteListing now = new RefListing(transport, server, int.MaxValue).Run(
            names.Count <= ProtocolLimits.MaxPrefixes ? new RefsQuery { Prefixes = [], Names = names } : new RefsQuery(), cancellation);
        Dictionary<RefName, ObjectId> refs = now.Refs.ToDictionary(found => found.Name, found => found.Id);
        return [.. updates.Where(update => update.Old != update.New
            && (refs.TryGetValue(update.Name, out ObjectId id) ? id : (ObjectId?)null) == update.New).Select(update => update.Name)];
    }

    private static PushReport Forgive(PushReport report, HashSet<RefName> moved) => moved.Count == 0 ? report
        : report with
        {
            Results = [.. report.Results.Select(result =>
            moved.Contains(result.Name) ? new PushResult(result.Name, null) : result)]
        };

    private PushReport ReadResults(MessageReader reader, PushUpdate[] updates)
    {
        var messages = new List<string>();
        ResultsMessage? results = null;
        long bytes = 0;
        while (reader.Read())
        {
            if (reader.Type == RecordType.Text)
                AddLine(messages, reader, ref bytes);
            else if (reader.Type == RecordType.Json && results is null)
                results = reader.ParseJson(ProtocolJson.Default.ResultsMessage);
            else
                throw reader.Unexpected("the results of a push were expected");
        }

        if (results?.Refusals is null || results.Refusals.Count != updates.Length)
            throw reader.Unexpected($"results for {updates.Length} refs were expected");
        return new PushReport(TransferReport.Nothing,
            [.. updates.Zip(results.Refusals, (update, refusal) =>
            new PushResult(update.Name, refusal is null ? null : RemoteText.Cut(refusal)))], messages);
    }

    // What is more than anybody reads is left out; the refs have moved, so it is no error yet.
    private void AddLine(List<string> lines, MessageReader reader, ref long bytes)
    {
        bool wasFull = lines.Count >= ProtocolLimits.MaxLines || bytes > ProtocolLimits.MaxTextKept;
        bytes += reader.Payload.Length + MessageWriter.HeaderSize;
        if (bytes > ProtocolLimits.MaxTextSent)
            throw new RemoteException("REMOTE-017",
                $"{transport.Peer} says more than {ProtocolLimits.MaxTextSent} bytes; what its refs are now, 'mig ls-remote' tells");
        if (wasFull)
            return;
        lines.Add(reader.ParseText());
        if (lines.Count >= ProtocolLimits.MaxLines || bytes > ProtocolLimits.MaxTextKept)
            lines.Add("… and more, which is left out");
    }
}
