using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Calls over a pair of streams to a server that answers one call after another.</summary>
internal sealed class StreamTransport : ITransport
{
    private readonly BufferedStream _output;
    private readonly MessageWriter _writer;
    private readonly MessageReader _reader;
    private readonly Action _close;
    private readonly Func<string?> _diagnose;

    /// <param name="close">Called when it is disposed, after the stream to the server is closed.</param>
    /// <param name="diagnose">Says why the connection may have ended; null when it is not known.</param>
    public StreamTransport(string peer, Stream toServer, Stream fromServer, Action close, Func<string?> diagnose)
    {
        Peer = peer;
        _output = new BufferedStream(toServer, 1 << 16);
        _writer = new MessageWriter(_output);
        _reader = new MessageReader(new BufferedStream(fromServer, 1 << 16), peer);
        _close = close;
        _diagnose = diagnose;
    }

    public string Peer { get; }

    public int MaxStreams => 1;

    public long WireBytes => _writer.Bytes + _reader.Bytes;

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            _writer.WriteJson(RecordType.Request, request, ProtocolJson.Default.RequestMessage);
            write(_writer);
            _writer.End();
        }
        catch (IOException e)
        {
            throw Broken(e);
        }

        try
        {
            return read(_reader);
        }
        catch (RemoteException e) when (e.Code == "REMOTE-010")
        {
            throw Broken(e);
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "the other end may be gone already; there is nothing left to lose")]
    public void Dispose()
    {
        try
        {
            _output.Dispose();
        }
        catch (IOException)
        {
            // The server is gone; what mattered was answered before.
        }

        _close();
    }

    private RemoteException Broken(Exception e) =>
        new("REMOTE-010", _diagnose() is { } reason ? $"the connection to {Peer} ended: {reason}" : $"the connection to {Peer} ended in the middle; what has arrived is kept, try again", e);
}
