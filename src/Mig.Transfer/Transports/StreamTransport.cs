using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.Store;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>
/// One connection: calls over a pair of streams to a server that answers one call after another. Once a call broke, it is of no use any
/// more.
/// </summary>
internal sealed class StreamTransport : IDisposable
{
    private readonly string _peer;
    private readonly WatchedStream _toServer;
    private readonly WatchedStream _fromServer;
    private readonly BufferedStream _output;
    private readonly MessageWriter _writer;
    private readonly MessageReader _reader;
    private bool _isCut;
    private bool _isDisposed;

    public StreamTransport(string peer, Stream toServer, Stream fromServer)
    {
        _peer = peer;
        _toServer = new WatchedStream(toServer);
        _fromServer = new WatchedStream(fromServer);
        _output = new BufferedStream(_toServer, 1 << 16);
        _writer = new MessageWriter(_output);
        _reader = new MessageReader(new BufferedStream(_fromServer, 1 << 16), peer);
    }

    /// <summary>The store at the other end, where its packs may be taken over as they are.</summary>
    public ObjectStore? SharedStore { get; init; }

    /// <summary>How long the server may be silent; null when it is ourselves.</summary>
    public Patience? Patience { get; init; }

    /// <summary>Whether the server gets more time for its first answer, because somebody may have to type a password.</summary>
    public bool MayAskUser { get; init; }

    /// <summary>Ends the server at once, so that what waits for it returns.</summary>
    public required Action Cut { get; init; }

    /// <summary>Called when it is disposed, after the stream to the server is closed.</summary>
    public required Action Close { get; init; }

    /// <summary>Says why the connection may have ended; null when it is not known.</summary>
    public required Func<string?> Diagnose { get; init; }

    public long WireBytes => _writer.Bytes + _reader.Bytes;

    /// <summary>Whether anything has come from the server.</summary>
    public bool HasAnswered => _reader.Bytes > 0;

    /// <summary>Whether a call ended in the middle, so that the two sides are out of step.</summary>
    public bool IsBroken { get; private set; }

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CallWatch? watch = Patience is null ? null : new CallWatch(Patience, TimeProvider.System, cancellation);
        using CancellationTokenRegistration cut = (watch?.Token ?? cancellation).Register(CutServer);
        (_toServer.Watch, _fromServer.Watch) = (watch, watch);
        long answered = _reader.Bytes;
        bool isAsked = false, isInStep = false;
        try
        {
            _writer.WriteJson(RecordType.Request, request, ProtocolJson.Default.RequestMessage);
            write(_writer);
            _writer.End();
            isAsked = true;
            watch?.Asked(mayThink: (MayAskUser && !HasAnswered) || Verbs.TakesTime(request.Verb));
            T result = read(_reader);
            isInStep = true;
            return result;
        }
        catch (Exception e) when (e is LineException or OperationCanceledException or RemoteException { Code: RemoteCodes.Broken })
        {
            cancellation.ThrowIfCancellationRequested();
            throw watch is { IsTooSlow: true } ? watch.TooSlow(_peer) : Broken(e);
        }
        finally
        {
            (_toServer.Watch, _fromServer.Watch) = (null, null);

            // A server that says what is wrong waits for the next request. Whatever else ends a call, a full disk here, say, leaves half an
            // answer on the line.
            if (!isInStep && !(isAsked && _reader.Bytes > answered && _reader.Type == RecordType.Error))
            {
                IsBroken = true;
                CutServer();
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "the other end may be gone already; there is nothing left to lose")]
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            // What is still in the buffer may have nobody who reads it.
            if (_isCut)
                _toServer.Dispose();
            else
                _output.Dispose();
        }
        catch (IOException)
        {
            // The server is gone; what mattered was answered before.
        }

        Close();
        _fromServer.Dispose();
    }

    private void CutServer()
    {
        _isCut = true;
        Cut();
    }

    private RemoteException Broken(Exception e) => Diagnose() is { } reason
        ? new RemoteException(HasAnswered ? RemoteCodes.Broken : RemoteCodes.NoConnection, reason, e)
        : new RemoteException(RemoteCodes.Broken, $"the connection to {_peer} ended in the middle; try again", e);
}
