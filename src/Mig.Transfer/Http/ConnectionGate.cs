using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Mig.Transfer.Http;

/// <summary>
/// Lets so many connections in: of one client, and of all. When there is no room, one that has been of no use for a while is closed: first
/// those without a request, then those whose request does not come on, at last those that are slow. One that is worked for never is. So a
/// new client finds a place unless the server is busy with work. For many threads.
/// </summary>
internal sealed class ConnectionGate(HttpServerOptions options)
{
    // Between two requests, or before the first one, a client may take so long before others go before it.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly HashSet<ClientConnection> _open = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>Serves a connection if there is room for it.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        IPAddress? client = options.IsTrustedProxy(address) ? null : ClientKey.Of(address);
        var entry = new ClientConnection(client, options.Clock, () =>
            connection.Abort(new ConnectionAbortedException("closed to make room for others")));
        if (!TryEnter(entry))
        {
            options.Metrics.Add(ServerCounter.ConnectionsRefused);
            connection.Abort(new ConnectionAbortedException("too many connections"));
            return;
        }

        try
        {
            connection.Features.Set(entry);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(entry);
        }
    }

    /// <summary>Makes room and takes it.</summary>
    /// <returns>False when everybody else is being worked for.</returns>
    public bool TryEnter(ClientConnection entry)
    {
        var closed = new List<ClientConnection>();
        bool isIn;
        lock (_gate)
        {
            isIn = (entry.Client is null || MakeRoom(
                options.MaxConnectionsPerClient, _open.Where(other => entry.Client.Equals(other.Client)), closed))
                && MakeRoom(options.MaxConnections, _open, closed);
            if (isIn)
                _open.Add(entry);
        }

        foreach (ClientConnection old in closed)
        {
            options.Metrics.Add(ServerCounter.ConnectionsClosed);
            old.Close();
        }

        return isIn;
    }

    public void Leave(ClientConnection entry)
    {
        lock (_gate)
            _open.Remove(entry);
    }

    private bool MakeRoom(int most, IEnumerable<ClientConnection> among, List<ClientConnection> closed)
    {
        if (among.Count() < most)
            return true;

        // Of whom there are many, one goes before one of somebody who has few.
        Dictionary<IPAddress, int> counts = _open.Where(other => other.Client is not null).CountBy(other => other.Client!).ToDictionary();
        ClientConnection? useless = among.Where(other => !other.IsWorking)
            .OrderByDescending(other => other.Client is null ? 0 : counts[other.Client])
            .ThenBy(other => other.IsUseful)
            .ThenBy(other => options.Clock.GetElapsedTime(other.RestedAt) < Rest)
            .ThenBy(other => other.HasRequest)
            .ThenBy(other => other.RestedAt)
            .FirstOrDefault();
        if (useless is null)
            return false;
        _open.Remove(useless);
        closed.Add(useless);
        return true;
    }
}
