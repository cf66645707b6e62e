using Mig.Store;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Calls over one connection at a time; when one is broken, the next call opens another.</summary>
internal sealed class ReopeningTransport : ITransport
{
    private readonly Func<bool, StreamTransport> _open;
    private StreamTransport _connection;
    private long _bytesBefore;

    /// <param name="open">Opens a connection; told whether it is the first one.</param>
    public ReopeningTransport(string peer, RetryPolicy retries, Func<bool, StreamTransport> open)
    {
        (Peer, Retries, _open) = (peer, retries, open);
        _connection = open(true);
    }

    public string Peer { get; }

    public RetryPolicy Retries { get; }

    public bool HasAnswered { get; private set; }

    public int MaxStreams => 1;

    public ObjectStore? SharedStore => _connection.SharedStore;

    public long WireBytes => _bytesBefore + _connection.WireBytes;

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        if (_connection.IsBroken)
        {
            _bytesBefore += _connection.WireBytes;
            _connection.Dispose();
            _connection = _open(!HasAnswered);
        }

        try
        {
            return _connection.Call(request, write, read, cancellation);
        }
        finally
        {
            HasAnswered |= _connection.HasAnswered;
        }
    }

    public void Dispose() => _connection.Dispose();
}
