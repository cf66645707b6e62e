using Mig.Core;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Store.Packs;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Serving;

/// <summary>
/// Answers what others ask of one repository (docs/protocol.md). It keeps nothing from one call to the next, so each may come over another
/// connection. One call at a time; several services may serve one repository.
/// </summary>
public sealed class RepositoryService(ObjectStore store, RefStore refs, ServiceOptions options) : IDisposable
{
    private const string Client = "the client";
    private const long MaxDrained = 256L << 20;
    private const int MaxMadeFrame = 2 << 20;

    // Frames that are made anew for one client, of many that ask at once, are not as large as those that stay. The thread of the call sends
    // what is stored as it is.
    private StoreOptions SendOptions => options.StoreOptions with
    {
        ContentFrameSize = Math.Min(options.StoreOptions.ContentFrameSize, MaxMadeFrame),
        WindowSize = Math.Min(options.StoreOptions.WindowSize, MaxMadeFrame),
    };

    /// <summary>What became of the last call.</summary>
    internal ServiceTally Tally { get; private set; } = new();

    /// <summary>The store, where its packs may be taken over as they are.</summary>
    internal ObjectStore? SharedStore => options.SharesPacks ? store : null;

    /// <summary>Answers calls until the stream ends.</summary>
    public void Run(Stream input, Stream output, CancellationToken cancellation = default)
    {
        var reader = new MessageReader(new BufferedStream(input, 1 << 16), Client);
        using var buffered = new BufferedStream(output, 1 << 16);
        var writer = new MessageWriter(buffered);
        while (Answer(reader, writer, cancellation))
        {
        }
    }

    /// <summary>Answers one call.</summary>
    /// <returns>False when there is none any more, or none can follow.</returns>
    internal bool Answer(MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        Tally = new ServiceTally();
        try
        {
            if (!reader.TryRead())
                return false;
            if (reader.Type != RecordType.Request)
                throw reader.Unexpected("a request was expected");
            Dispatch(reader.ParseJson(ProtocolJson.Default.RequestMessage), reader, writer, cancellation);
            return true;
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException)
        {
            (Tally.Error, Tally.IsFault) = (e.Message, e is CorruptStoreException or IOException or UnauthorizedAccessException);
            writer.Fail(ErrorMessage.Of(e));
            return e is not RemoteException && Drain(reader);
        }
    }

    public void Dispose() => options.Close?.Invoke();

    // What the client still sends is read, so that it comes to read why it was refused; but not without end.
    private static bool Drain(MessageReader reader)
    {
        long limit = reader.Bytes + MaxDrained;
        while (reader.Type is not (RecordType.End or RecordType.Error))
        {
            if (reader.Bytes > limit || !reader.TryRead())
                return false;
        }

        return true;
    }

    private void Dispatch(RequestMessage request, MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        store.Refresh();
        Tally.Verb = Verbs.All.Contains(request.Verb) ? request.Verb : null;
        switch (request.Verb)
        {
            case Verbs.Hello:
                reader.ExpectEnd();
                writer.WriteJson(RecordType.Json, Greet(), ProtocolJson.Default.HelloMessage);
                writer.End();
                break;
            case Verbs.Refs:
                SendRefs(request, request.Asked > 0 ? [.. ReadIds(reader)] : ReadNothing(reader), writer);
                break;
            case Verbs.Commits:
                SendCommits(request, [.. ReadIds(reader)], writer, cancellation);
                break;
            case Verbs.Has:
                AnswerHas(request, [.. ReadIds(reader)], writer);
                break;
            case Verbs.Get:
                SendObjects(ReadShare(request), reader, writer, cancellation);
                break;
            case Verbs.Put:
                CheckMayPush();
                if (request.Manifests)
                    TakeManifests(reader, writer, cancellation);
                else
                    TakeContent(reader, writer, cancellation);
                break;
            case Verbs.Push:
                CheckMayPush();
                new PushReceiver(store, refs, options, Tally).Run(request, reader, writer, cancellation);
                break;
            default:
                throw new UnsupportedFeatureException(
                    $"request '{request.Verb}'", $"this server speaks version {ProtocolLimits.Version} of the protocol");
        }
    }

    private void CheckMayPush()
    {
        if (options.Access.RefusePush() is { } refusal)
            throw new UsageException(refusal);
    }

    private static FrameShare ReadShare(RequestMessage request)
    {
        if (request.Parts is < 0 or > ProtocolLimits.MaxParts || request.Part < 0 || request.Part >= Math.Max(request.Parts, 1))
            throw new UsageException(
                $"part {request.Part} of {request.Parts} in a request, at most {ProtocolLimits.MaxParts} parts allowed, from 0");
        return request.Parts == 0 ? FrameShare.All : new FrameShare(request.Part, request.Parts);
    }

    // They are used as they come, and need not all be kept.
    private static IEnumerable<ObjectId> ReadIds(MessageReader reader)
    {
        int count = 0;
        while (reader.Read())
        {
            if (reader.Type != RecordType.Ids)
                throw reader.Unexpected("ids were expected");
            foreach (ObjectId id in reader.ParseIds())
            {
                if (++count > ProtocolLimits.MaxIds)
                    throw new UsageException($"more than {ProtocolLimits.MaxIds} ids in one request");
                yield return id;
            }
        }
    }

    private HelloMessage Greet() => new(ProtocolLimits.Version, 1, "mig")
    {
        Features = [HelloMessage.RefsInPages, HelloMessage.ManifestsInPieces, HelloMessage.RefsUnchanged],
        MaxUpdates = options.MaxUpdates,
        MaxRefs = options.MaxRefs,
        MaxInputSize = options.MaxInputSize,
    };

    private void SendCommits(RequestMessage request, List<ObjectId> ids, MessageWriter writer, CancellationToken cancellation)
    {
        if (request.Wants < 0 || request.Haves < 0 || request.Shallows < 0 || request.Depth < 0 || (long)request.Wants + request.Haves
            + request.Shallows != ids.Count)
            throw new UsageException(
                $"{request.Wants} wanted, {request.Haves} known and {request.Shallows} shallow commits do not make {ids.Count} ids");
        var graph = new CommitGraph(store);
        var ends = options.ReadShallow().ToHashSet();
        HashSet<ObjectId> known = graph.Reach(
            ids.Skip(request.Wants).Take(request.Haves), ends.Union(ids.Skip(request.Wants + request.Haves)).ToHashSet());
        var found = new List<ObjectId>();
        var cut = new List<ObjectId>();
        var starts = new List<ObjectId>();
        foreach (ObjectId want in ids.Take(request.Wants))
            starts.Add(graph.Peel(want, found)
                ?? throw new NotFoundException($"there is no commit or tag {want} here; the refs may have moved, fetch again"));

        // Where a depth is asked for, what the client has may be deeper or less deep: all of it is walked, and what it knows is left out.
        IReadOnlySet<ObjectId> left = request.Depth > 0 ? new HashSet<ObjectId>() : known;
        foreach ((ObjectId id, _, bool isCut) in graph.Walk(starts, left, ends, request.Depth))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!known.Contains(id))
                found.Add(id);
            if (isCut || ends.Contains(id))
                cut.Add(id);
        }

        Tally.ObjectsSent = found.Count;
        FrameSender.Send(store, SendOptions, found, FrameShare.All, writer.WriteFrame, cancellation);
        writer.WriteIds(cut);
        writer.End();
    }

    private void SendRefs(RequestMessage request, List<ObjectId> asked, MessageWriter writer)
    {
        if (request.Asked < 0 || request.Asked != asked.Count)
            throw new UsageException($"{asked.Count} ids follow a request that says {request.Asked}");
        writer.WriteJson(RecordType.Json, new RefPager(store, refs, options.Access).Read(request), ProtocolJson.Default.RefsMessage);
        if (asked.Count > 0)
            writer.Write(RecordType.Bits, FindThose(asked, null));
        writer.End();
    }

    private static List<ObjectId> ReadNothing(MessageReader reader)
    {
        reader.ExpectEnd();
        return [];
    }

    private void AnswerHas(RequestMessage request, List<ObjectId> ids, MessageWriter writer)
    {
        using WaitingManifests? waiting = request.Manifests ? new WaitingManifests(store) : null;
        writer.Write(RecordType.Bits, FindThose(ids, waiting));
        writer.End();
    }

    // A bit for each that is here.
    private byte[] FindThose(List<ObjectId> ids, WaitingManifests? waiting)
    {
        byte[] bits = new byte[(ids.Count + 7) / 8];

        // Whoever has a commit has all that it leads to, unless something is lost or damaged. Then it is all gone through again, and what
        // is missing comes anew.
        bool isWhole = !store.IsDamaged;
        for (int i = 0; i < ids.Count; i++)
        {
            if ((store.TryFind(ids[i], out ObjectLocation location) && (isWhole || location.Kind == ObjectKind.Blob))
                || waiting?.Contains(ids[i]) == true)
                bits[i / 8] |= (byte)(1 << (i % 8));
        }

        return bits;
    }

    private void SendObjects(FrameShare share, MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        FrameSender.Send(store, SendOptions, ReadIds(reader).Select(Present), share, writer.WriteFrame, cancellation);
        writer.End();

        ObjectId Present(ObjectId id)
        {
            Tally.ObjectsSent++;
            return store.TryFindAnew(id, out _) ? id
                : throw new NotFoundException($"object {id} is not here; a partial clone cannot give away what it left out");
        }
    }

    private void TakeContent(MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        using var receiver = new ContentReceiver(store, _ => true);
        try
        {
            FramePump.Run(
                reader,
                options.StoreOptions.Parallelism,
                frame =>
                {
                    receiver.Add(frame.Span);
                    PushReceiver.CheckSize(receiver.StoredBytes, options);
                },
                cancellation);
        }
        finally
        {
            // What has come is whole and checked, whatever became of the rest: the next try need not send it again.
            receiver.Flush();
            Tally.ObjectsReceived = receiver.Objects;
        }

        writer.End();
    }

    // They wait until the push that they belong to names them.
    private void TakeManifests(MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        using var waiting = new WaitingManifests(store);
        long bytes = 0;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Type != RecordType.Frame)
                throw reader.Unexpected("a frame was expected");
            PushReceiver.CheckSize(bytes += reader.Payload.Length, options);
            waiting.Add(reader.Payload.Span);
        }

        waiting.Flush();
        writer.End();
    }
}
