using Mig.Core;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Sends objects in pieces, so that a proxy which keeps each request until it is whole, or lets none pass that is large, costs a piece at
/// most. After a break the other side says what of the piece has arrived. Over several streams at once, where the transport has them.
/// </summary>
/// <param name="request">The <c>put</c> that each piece goes with.</param>
/// <param name="count">Told the bytes of each frame that was sent, and less than zero of what was sent in vain.</param>
internal sealed class ContentPush(
    ITransport transport, RequestMessage request, ObjectStore store, Action<long> count, CancellationToken cancellation)
{
    /// <summary>Most bytes of frames in one request.</summary>
    public const long MostBytes = 64L << 20;

    private const long LeastBytes = 256 << 10;

    // Streams that share the work end at about the same time.
    private const long LeastShare = 4L << 20;

    private readonly Lock _gate = new();
    private readonly Stack<FrameGroup> _left = new();
    private PieceSize _size = new(MostBytes, LeastBytes);

    /// <param name="objects">What to send; the other side lacks it.</param>
    /// <exception cref="RemoteException">The connection broke for good, or a single object is too large for what lies between.</exception>
    public void Run(IReadOnlyCollection<ObjectId> objects)
    {
        foreach (FrameGroup group in FrameGroup.Of(store, objects).Reverse())
            _left.Push(group);
        int streams = ParallelCalls.Count(transport, objects.Count);
        _size = new PieceSize(Math.Clamp(_left.Sum(group => group.Bytes) / streams, LeastShare, MostBytes), LeastBytes);
        try
        {
            ParallelCalls.Run(streams, (_, stop) => Work(stop), cancellation);
        }
        catch (RemoteException e) when (PersistentCall.IsBroken(e) && streams > 1)
        {
            // The server may allow fewer connections than there are streams: what is left goes over one.
            Work(cancellation);
        }
    }

    private void Work(CancellationToken stop)
    {
        long through = 0;
        PersistentCall.Run(transport, () => through, () => SendAll(ref through, stop), stop);
    }

    private bool SendAll(ref long through, CancellationToken stop)
    {
        while (Take() is { Count: > 0 } piece)
        {
            try
            {
                Send(piece, stop);
                through += piece.Count;
                lock (_gate)
                    _size.Pass();
            }
            catch (RemoteException e) when (e.Code == RemoteCodes.TooLarge && Refuse(piece))
            {
                through++;
            }
            catch (RemoteException e) when (PersistentCall.IsBroken(e))
            {
                through += GiveBack(piece, stop);
                throw;
            }
        }

        return true;
    }

    private void Send(List<FrameGroup> piece, CancellationToken stop)
    {
        long sent = 0;
        bool isThrough = false;
        try
        {
            transport.Call(
                request,
                writer => FrameSender.Send(store, StoreOptions.Default, piece.SelectMany(group => group.Ids), FrameShare.All, frame =>
                    Write(frame, writer), stop),
                reader =>
                {
                    reader.ExpectEnd();
                    return true;
                },
                stop);
            isThrough = true;
        }
        finally
        {
            if (!isThrough)
                count(-sent);
        }

        void Write(OutgoingFrame frame, MessageWriter writer)
        {
            Interlocked.Add(ref sent, frame.Length);
            count(frame.Length);
            writer.WriteFrame(frame);
        }
    }

    private List<FrameGroup> Take()
    {
        lock (_gate)
        {
            var piece = new List<FrameGroup>();
            long bytes = 0;
            while (_left.TryPeek(out FrameGroup? next) && (piece.Count == 0 || bytes + next.Bytes <= _size.Now))
            {
                piece.Add(_left.Pop());
                bytes += next.Bytes;
            }

            return piece;
        }
    }

    // False when there is nothing smaller.
    private bool Refuse(List<FrameGroup> piece)
    {
        lock (_gate)
        {
            _size.Refuse(piece.Sum(group => group.Bytes));
            if (piece.Count > 1)
                piece.ForEach(_left.Push);
            else if (piece[0].Ids.Count > 1)
                piece[0].Split(store).ToList().ForEach(_left.Push);
            else
                return false;
            return true;
        }
    }

    // Returns how many objects had arrived.
    private long GiveBack(List<FrameGroup> piece, CancellationToken stop)
    {
        List<ObjectId> sent = [.. piece.SelectMany(group => group.Ids)];
        HashSet<ObjectId> missing = [.. sent];
        try
        {
            stop.WaitHandle.WaitOne(transport.Retries.PauseAfter(1));
            stop.ThrowIfCancellationRequested();
            missing = HasCall.Ask(transport, new RequestMessage(Verbs.Has) { Manifests = request.Manifests }, sent, isThere: false, stop);
        }
        finally
        {
            lock (_gate)
            {
                long bytes = piece.Sum(group => group.Bytes);
                _size.Cut(bytes, bytes * (sent.Count - missing.Count) / sent.Count);
                IReadOnlyList<FrameGroup> left = FrameGroup.Of(store, missing);
                foreach (FrameGroup group in left is [{ Ids.Count: > 1 } alone] ? alone.Split(store) : left)
                    _left.Push(group);
            }
        }

        return sent.Count - missing.Count;
    }
}
