using Mig.Core;
using Mig.Core.Zstd;
using Mig.History.Graph;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Brings commits and all that they need: first the commits, then their manifests level by level, leaving out every subtree that is here
/// already, then the contents. Only what was asked for is taken, and nothing becomes visible before all that it names is here.
/// </summary>
internal sealed partial class FetchSession : IDisposable
{
    // Depth first, part by part: so few are waited for at once.
    private const int ManifestsPerCall = 8192;
    private const int BlobsPerRound = 1 << 18;
    private const int MaxWanted = 1 << 20, MaxWantedDry = 1 << 23;

    private readonly ITransport _transport;
    private readonly ObjectStore _store;
    private readonly StoreOptions _options;
    private readonly FetchRequest _request;
    private readonly CancellationToken _cancellation;
    private readonly ZstdCodec _codec = new();
    private readonly ObjectWriter _writer;
    private readonly ClosureCheck _closure;
    private readonly WaitingManifests? _waiting;
    private readonly long _objectsBefore;
    private readonly HashSet<ObjectId> _blobs = [];
    private readonly HashSet<ObjectId> _asked = [];
    private readonly HashSet<ObjectId> _gone = [];
    private readonly List<ObjectReference> _next = [];
    private readonly PieceSize _size = new(ManifestsPerCall, least: 1);
    private long _objects;
    private long _bytes;
    private long _storedBytes;

    public FetchSession(ITransport transport, ObjectStore store, StoreOptions options, FetchRequest request, CancellationToken cancellation)
    {
        _transport = transport;
        _store = store;
        _options = options;
        _request = request;
        _cancellation = cancellation;
        _closure = new ClosureCheck(store, !request.WithoutContent);
        _waiting = request.DryRun ? null : new WaitingManifests(store);
        _objectsBefore = store.ObjectCount;
        _writer = store.BeginWrite(options with { MaxPackSize = long.MaxValue }); // manifests become visible all at once, or not at all
    }

    public FetchReport Run()
    {
        try
        {
            return Bring();
        }
        catch (RemoteException e) when (PersistentCall.IsBroken(e) && HasKept())
        {
            throw new RemoteException(e.Code, $"{e.Detail}; what has arrived is kept: the same command goes on with it", e);
        }
    }

    public void Dispose()
    {
        _waiting?.Dispose();
        _writer.Dispose();
        _codec.Dispose();
    }

    private bool HasKept() => _waiting?.IsEmpty == false || _store.ObjectCount > _objectsBefore;

    private FetchReport Bring()
    {
        long wireBefore = _transport.WireBytes;
        ShareAll();
        HashSet<ObjectId> ends = [];
        using (var received = new ReceivedHistory(Path.Combine(_store.Folder, ObjectStore.TemporaryFolder), _transport.Peer))
            Hold(() => ends = TakeCommits(received, FetchCommits(received)));
        FetchManifests();
        if (TakesContent)
            FetchContent(isLast: true);
        if (!_request.DryRun)
        {
            Hold(_closure.Finish);
            _writer.Complete();
            _waiting?.RemoveSettled(_store);
            Hold(() => new ReceiptCheck(_store, _request.Limits).Run(_request.Wants, _request.Haves, _closure.Commits, _cancellation));
        }

        var report = new TransferReport(
            _objects + (_request.DryRun ? _blobs.Count : 0), _bytes, _storedBytes, _transport.WireBytes - wireBefore);
        return new FetchReport(report, [.. ends]);
    }

    private bool TakesContent => !_request.WithoutContent && !_request.DryRun;

    private void FetchManifests()
    {
        _request.Progress.Begin("manifests", 0);
        while (_next.Count > 0)
        {
            int count = Math.Min(_next.Count, ManifestsPerCall);
            ObjectReference[] part = [.. _next[^count..]];
            _next.RemoveRange(_next.Count - count, count);
            FetchPart(part);

            // Contents name nothing and count as soon as they are here: what has come need not be remembered.
            if (!TakesContent || _blobs.Count < BlobsPerRound)
                continue;
            FetchContent(isLast: false);
            _request.Progress.Begin("manifests", 0);
        }
    }

    private void FetchPart(ObjectReference[] part)
    {
        var waiting = part.ToDictionary(reference => reference.Id, reference => reference.Kind);
        TakeKept(waiting);
        PersistentCall.Run(_transport, () => part.Length - waiting.Count, () => FetchWaiting(waiting), _cancellation);
    }

    // What came before a transfer that was broken off need not come again.
    private void TakeKept(Dictionary<ObjectId, ObjectKind> waiting)
    {
        if (_waiting is null || _waiting.IsEmpty)
            return;
        foreach ((ObjectId id, ObjectKind kind) in waiting.ToList())
        {
            if (_waiting.Find(id, kind) is not { } bytes)
                continue;
            waiting.Remove(id);
            Hold(() => TakeManifest(new ReceivedObject(id, kind, bytes)));
        }
    }

    private bool FetchWaiting(Dictionary<ObjectId, ObjectKind> waiting)
    {
        while (waiting.Count > 0)
        {
            ObjectId[] ids = [.. waiting.Keys.Take((int)_size.Now)];
            int before = waiting.Count;
            try
            {
                _transport.Call(new RequestMessage(Verbs.Get), writer => writer.WriteIds(ids), reader =>
                    ReadManifests(reader, waiting), _cancellation);
            }
            catch (RemoteException e) when (PersistentCall.IsBroken(e))
            {
                _size.Cut(ids.Length, before - waiting.Count);
                throw;
            }

            _size.Pass();
            if (Array.Find(ids, waiting.ContainsKey) is { IsNull: false } missing)
                throw new RemoteException("REMOTE-012",
                    $"{_transport.Peer} did not send {missing}, which is needed; its repository may be damaged: mig fsck there tells");
        }

        return true;
    }

    private bool ReadManifests(MessageReader reader, Dictionary<ObjectId, ObjectKind> waiting)
    {
        while (reader.Read())
        {
            ReadFrame(reader, item =>
            {
                if (!waiting.Remove(item.Id, out ObjectKind kind) || kind != item.Kind)
                    throw new RemoteException("REMOTE-013", $"{_transport.Peer} sent {item.Id}, which was not asked for");
                TakeManifest(item);
            });
            _waiting?.Add(reader.Payload.Span);
        }

        return true;
    }

    private void TakeManifest(ReceivedObject item)
    {
        Count(item);
        if (!_request.DryRun)
        {
            ManifestIntake.Take(item, _closure, _writer, reference => Want(reference, item.Id));
            return;
        }

        foreach (ObjectReference reference in item.GetReferences())
            Want(reference, item.Id);
    }

    private void Want(in ObjectReference reference, in ObjectId from)
    {
        if (!_closure.Require(reference, from))
        {
            if (_request.Refetch || _hasShared)
                GoThrough(reference);
            return;
        }

        Ask(reference);
    }

    private void Ask(in ObjectReference reference)
    {
        if (reference.Kind == ObjectKind.Blob)
            _blobs.Add(reference.Id);
        else if (_asked.Add(reference.Id))
            _next.Add(reference);
        int most = _request.DryRun ? MaxWantedDry : MaxWanted;
        if (_blobs.Count + _next.Count > most)
            throw new RemoteException("REMOTE-017",
                $"the versions of {_transport.Peer} name more than {most} objects that are not here, more than mig keeps in mind at once; "
                + "fetch fewer of them at once, with --depth or branch by branch");
    }

    // What is here may lack something below it.
    private void GoThrough(in ObjectReference first)
    {
        var pending = new Stack<ObjectReference>([first]);
        while (pending.TryPop(out ObjectReference next))
        {
            _cancellation.ThrowIfCancellationRequested();
            if (next.Kind is ObjectKind.Blob or ObjectKind.Commit || !_store.Contains(next.Id) || !_gone.Add(next.Id))
                continue;
            foreach (ObjectReference below in ReadReferences(next))
            {
                if (_closure.Require(below, next.Id))
                    Ask(below);
                else
                    pending.Push(below);
            }
        }
    }

    // What cannot be read counts no more, and is written anew.
    private void Reread(ReceivedObject item)
    {
        try
        {
            _ = _store.Read(item.Id, item.Kind);
        }
        catch (CorruptStoreException)
        {
        }
    }

    private IReadOnlyList<ObjectReference> ReadReferences(ObjectReference reference)
    {
        try
        {
            return [.. ObjectReferences.Of(_store, reference.Id, reference.Kind)];
        }
        catch (CorruptStoreException) when (!_store.Contains(reference.Id))
        {
            // It was found damaged as it was read, and counts no more.
            if (_closure.Require(reference, reference.Id))
                Ask(reference);
            return [];
        }
    }

    private void FetchContent(bool isLast)
    {
        _request.Progress.Begin("contents", 0);
        ShareContent();
        ContentFetch.Result result = ContentFetch.Run(
            _transport, _store, _blobs, _options.Parallelism, _request.Progress, isLast, _cancellation);
        _objects += result.Objects;
        _bytes += result.Bytes;
        _storedBytes += result.StoredBytes;
        Hold(() =>
        {
            foreach (ObjectId id in _blobs)
                _closure.Settle(id);
        });
        _blobs.Clear();
    }

    // What is taken is valid during the call only.
    private void ReadFrame(MessageReader reader, Action<ReceivedObject> take)
    {
        byte[]? rented = null;
        if (reader.Type != RecordType.Frame)
            throw reader.Unexpected("a frame was expected");
        _storedBytes += reader.Payload.Length;
        try
        {
            Hold(() =>
            {
                FrameContents frame = FrameContents.Read(reader.Payload.Span, _codec, length => rented = FrameBuffers.Shared.Rent(length));
                for (int i = 0; i < frame.Count; i++)
                {
                    (ObjectId id, ObjectKind kind, ReadOnlyMemory<byte> bytes) = frame[i];
                    take(new ReceivedObject(id, kind, bytes));
                }
            });
        }
        finally
        {
            if (rented is not null)
                FrameBuffers.Shared.Return(rented);
        }
    }

    private void Hold(Action take)
    {
        try
        {
            take();
        }
        catch (CorruptStoreException e)
        {
            throw new RemoteException("REMOTE-014", $"{_transport.Peer} sent what does not hold: {e.Message}", e);
        }
    }

    private void Count(ReceivedObject item)
    {
        _objects++;
        _bytes += item.Payload.Length;
    }
}
