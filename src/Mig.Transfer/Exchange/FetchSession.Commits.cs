using Mig.Core;
using Mig.History.Commits;
using Mig.History.Graph;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Exchange;

// The commits and tags, which come first.
internal sealed partial class FetchSession
{
    // Returns the commits whose parents the server leaves out.
    private HashSet<ObjectId> FetchCommits(ReceivedHistory received)
    {
        _request.Progress.Begin("history", 0);
        var graph = new CommitGraph(_store);
        List<ObjectId> tips = [.. _request.Haves.Select(have => graph.Peel(have)).OfType<ObjectId>()];
        List<ObjectId> haves = graph.Sample(tips, _request.Shallow.ToHashSet());
        return PersistentCall.Run(_transport, () => received.Count, () =>
            FetchCommits(received, [.. haves, .. FindComplete(received)]), _cancellation);
    }

    // What came of a call that broke need not come again where all that lies behind it came, too. A depth is counted from the beginning.
    private IEnumerable<ObjectId> FindComplete(ReceivedHistory received)
    {
        received.BeginTry();
        return _request.Depth is null ? received.FindComplete(id => _store.Contains(id)) : [];
    }

    private HashSet<ObjectId> FetchCommits(ReceivedHistory received, List<ObjectId> haves)
    {
        var request = new RequestMessage(Verbs.Commits)
        {
            Wants = _request.Wants.Count, Haves = haves.Count,
            Shallows = _request.Shallow.Count, Depth = _request.Depth ?? 0
        };
        return _transport.Call(
            request,
            writer => writer.WriteIds([.. _request.Wants, .. haves, .. _request.Shallow]),
            reader =>
            {
                var cut = new HashSet<ObjectId>();
                while (reader.Read())
                {
                    if (reader.Type == RecordType.Frame)
                        ReadFrame(reader, received.Add);
                    else if (reader.Type == RecordType.Ids)
                        AddCut(reader.ParseIds(), cut, received);
                    else
                        throw reader.Unexpected("commits were expected");
                }

                return cut;
            },
            _cancellation);
    }

    // Each is one that has come, or that was here: so they cannot go on for ever.
    private void AddCut(IEnumerable<ObjectId> ids, HashSet<ObjectId> cut, ReceivedHistory received)
    {
        foreach (ObjectId id in ids)
        {
            if (!cut.Add(id) || !(received.Contains(id) || _store.Contains(id)))
                throw new RemoteException("REMOTE-013",
                    $"{_transport.Peer} names {id} as the end of a history that it sent no commit of, or names it twice");
        }
    }

    // Takes only what the wants lead to; returns the commits whose parents are not here, which a shallow history may have.
    private HashSet<ObjectId> TakeCommits(ReceivedHistory received, HashSet<ObjectId> cut)
    {
        bool mayBeShallow = _request.Depth is not null || _request.Shallow.Count > 0 || cut.Count > 0;
        var ends = cut.Concat(_request.Shallow).ToHashSet();
        var pending = new Stack<ObjectId>(_request.Wants);
        var graph = new CommitGraph(_store);
        var images = new List<ObjectReference>();
        var seen = new HashSet<ObjectId>();
        while (pending.TryPop(out ObjectId next))
        {
            if (!seen.Add(next))
                continue;
            if (received.Find(next) is not { } item)
            {
                if (!_store.TryFindAnew(next, out _))
                    throw new RemoteException("REMOTE-012",
                        $"{_transport.Peer} did not send {next}, which is needed; its repository may be damaged: mig fsck there tells");
                if (_request.Depth is not null && graph.Peel(next) is { } commit)
                    graph.Read(commit).Parents.Where(parent => received.Contains(parent.Value) || _store.Contains(parent.Value)).ToList()
                        .ForEach(parent => pending.Push(parent.Value));
                continue;
            }

            foreach (ObjectReference reference in item.GetReferences())
            {
                if (reference.Kind is ObjectKind.Image or ObjectKind.Blob)
                    images.Add(reference);
                else if (!(mayBeShallow && ends.Contains(item.Id) && !received.Contains(reference.Id)))
                    pending.Push(reference.Id);
            }

            if (!_store.Contains(item.Id))
                Count(item);
            _closure.Receive(item.Id, item.Kind);
            if (_request.Refetch && _store.Contains(item.Id))
                Reread(item);
            if (!_request.DryRun)
                _writer.AddObject(item.Kind, item.Payload.Span);
        }

        foreach (ObjectReference image in images)
            Want(image, image.Id);
        ends.RemoveWhere(id => !IsCutOff(id, received, seen));
        return ends;
    }

    private bool IsCutOff(ObjectId id, ReceivedHistory received, HashSet<ObjectId> seen)
    {
        Commit? commit = seen.Contains(id) && received.Find(id) is { Kind: ObjectKind.Commit } item
            ? Commit.Parse(item.Payload.Span, id)
            : _store.Contains(id) ? new CommitGraph(_store).Read(id) : null;
        return commit is not null && commit.Parents.Any(parent =>
            !_store.Contains(parent.Value) && !(received.Contains(parent.Value) && seen.Contains(parent.Value)));
    }
}
