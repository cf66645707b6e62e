using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Calls over a pair of streams to a server that answers one call after another.</summary>
internal sealed class StreamTransport : ITransport
{
    private readonly WatchedStream _toServer;
    private readonly WatchedStream _fromServer;
    private readonly BufferedStream _output;
    private readonly MessageWriter _writer;
    private readonly MessageReader _reader;
    private bool _isCut;

    public StreamTransport(string peer, Stream toServer, Stream fromServer)
    {
        Peer = peer;
        _toServer = new WatchedStream(toServer);
        _fromServer = new WatchedStream(fromServer);
        _output = new BufferedStream(_toServer, 1 << 16);
        _writer = new MessageWriter(_output);
        _reader = new MessageReader(new BufferedStream(_fromServer, 1 << 16), peer);
    }

    public string Peer { get; }

    /// <summary>How long the server may be silent; null when it is ourselves.</summary>
    public Patience? Patience { get; init; }

    /// <summary>Ends the server at once, so that what waits for it returns.</summary>
    public required Action Cut { get; init; }

    /// <summary>Called when it is disposed, after the stream to the server is closed.</summary>
    public required Action Close { get; init; }

    /// <summary>Says why the connection may have ended; null when it is not known.</summary>
    public required Func<string?> Diagnose { get; init; }

    public int MaxStreams => 1;

    public long WireBytes => _writer.Bytes + _reader.Bytes;

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CallWatch? watch = Patience is null ? null : new CallWatch(Patience, TimeProvider.System, cancellation);
        using CancellationTokenRegistration cut = (watch?.Token ?? cancellation).Register(CutServer);
        (_toServer.Watch, _fromServer.Watch) = (watch, watch);
        try
        {
            _writer.WriteJson(RecordType.Request, request, ProtocolJson.Default.RequestMessage);
            write(_writer);
            _writer.End();

            // Before the first answer, somebody may have to type a password.
            watch?.Asked(mayThink: request.Verb == Verbs.Hello || Verbs.TakesTime(request.Verb));
            return read(_reader);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RemoteException { Code: "REMOTE-010" })
        {
            cancellation.ThrowIfCancellationRequested();
            throw watch is { IsTooSlow: true } ? watch.TooSlow(Peer) : Broken(e);
        }
        finally
        {
            (_toServer.Watch, _fromServer.Watch) = (null, null);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "the other end may be gone already; there is nothing left to lose")]
    public void Dispose()
    {
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

    private RemoteException Broken(Exception e) =>
        new("REMOTE-010", Diagnose() is { } reason ? $"the connection to {Peer} ended: {reason}" : $"the connection to {Peer} ended in the middle; what has arrived is kept, try again", e);
}
