using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Mig.Core;
using Mig.Core.Host;
using Mig.Nbd.Serving;

namespace Mig.Nbd;

/// <summary>Serves disks over the NBD protocol (fixed newstyle), as hypervisors, libnbd, nbdkit and the kernel speak it.</summary>
/// <remarks>https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md; what is spoken of it stands in
/// docs/decisions/0042-nbd.md.</remarks>
public sealed class NbdServer : IAsyncDisposable
{
    private const long SharedBuffers = 128 << 20;
    private const int Backlog = 512;

    private readonly NbdServerOptions _options;
    private readonly Socket _listener;
    private readonly ReadWorkers _workers;
    private readonly BufferBudget _budget = new(SharedBuffers);
    private readonly ConnectionTable _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly ITimer _sweep;

    private NbdServer(NbdServerOptions options, Socket listener)
    {
        _options = options;
        _listener = listener;
        _workers = new ReadWorkers(options.MaxWorkers);
        _connections = new ConnectionTable(options.MaxConnections, options.MaxConnectionsPerClient);
        Address = options.Listen.Path is null ? new NbdEndpoint(null, (IPEndPoint)listener.LocalEndPoint!) : options.Listen;
        TimeSpan period = options.StallPatience / 4;
        _sweep = options.Clock.CreateTimer(_ => CutStalled(), null, period, period);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens: the port that was chosen, when 0 was asked for.</summary>
    public NbdEndpoint Address { get; }

    /// <summary>Bytes of replies and writes that are under way.</summary>
    internal long BufferedBytes => _budget.Used;

    /// <summary>Connections that wait for their client, within a reply or a request.</summary>
    internal int WaitingCount => _connections.List().Count(connection => connection.HasDisk && connection.Watch.IsWaiting);

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Begins to serve.</summary>
    /// <exception cref="RemoteException">REMOTE-030: the address cannot be listened on.</exception>
    public static NbdServer Start(NbdServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Listen.Path is { } path)
            UnixSockets.RemoveStale(path);
        EndPoint endpoint = options.Listen.ToEndPoint();
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, options.Listen.Path is null ? ProtocolType.Tcp
            : ProtocolType.Unspecified);
        try
        {
            listener.Bind(endpoint);

            // Nobody can connect before it listens, so nobody else ever can.
            if (options.Listen.Path is { } file && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Backlog);
            return new NbdServer(options, listener);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new RemoteException("REMOTE-030", $"cannot listen on {options.Listen}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Takes no more connections and requests, gives those under way <see cref="NbdServerOptions.StopPatience"/> to end, and cuts the rest.
    /// </summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        if (_options.Listen.Path is { } path)
            UnixSockets.Remove(path);
        foreach (NbdConnection connection in _connections.List())
        {
            if (connection.HasDisk)
                connection.Finish();
            else
                connection.Close("the server stops");
        }

        long since = _options.Clock.GetTimestamp();
        while (_connections.Count > 0 && _options.Clock.GetElapsedTime(since) < _options.StopPatience)
            await Task.Delay(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false); // by the machine's own time: a clock may stand still
        foreach (NbdConnection connection in _connections.List())
            connection.Close("the server stops");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        _workers.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // It was gone before it was taken, or there are no descriptors left: others may end meanwhile.
                if (_stop.IsCancellationRequested)
                    return;
                _options.Warn($"a connection could not be taken: {e.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(100), _options.Clock, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        DateTimeOffset time = _options.Clock.GetUtcNow();
        var client = new NbdClient((socket.RemoteEndPoint as IPEndPoint)?.Address, IsEncrypted: false);
        var connection = new NbdConnection(socket, client, _options.Clock);
        if (!_connections.TryEnter(connection))
        {
            socket.Dispose();
            return;
        }

        try
        {
            if (_options.Listen.Path is null)
                socket.NoDelay = true;
            using var stream = new NetworkStream(socket, ownsSocket: true);
            if (await GreetAsync(connection, stream).ConfigureAwait(false) is not { } disk)
                return;
            using NbdExport export = disk.Export;
            await using Stream line = disk.Stream;
            connection.SetHasDisk();
            using var transmission = new Transmission(disk, connection.Watch, _workers, _budget, _options.Warn);
            string? fault = null;
            try
            {
                fault = await transmission.RunAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                fault = connection.Cut ?? "the line was cut";
            }

            TransmissionTally tally = transmission.Tally;
            _options.Log(new NbdLogEntry
            {
                Time = time,
                Client = client.ToString(),
                Export = export.Name,
                Duration = _options.Clock.GetElapsedTime(connection.OpenedAt),
                Requests = tally.Requests,
                BytesOut = tally.BytesOut,
                BytesIn = tally.BytesIn,
                Error = fault,
            });
        }
        catch (Exception e)
        {
            // A connection takes nothing down with it.
            if (e is not (IOException or ObjectDisposedException or SocketException))
                _options.Warn($"a connection of {client} ended: {e}");
        }
        finally
        {
            _connections.Leave(connection);
            socket.Dispose();
        }
    }

    private async Task<ChosenDisk?> GreetAsync(NbdConnection connection, Stream stream)
    {
        using var patience = new CancellationTokenSource(_options.HandshakePatience, _options.Clock);
        using var handshake = new Handshake(_options, stream, connection.Client, _workers);
        try
        {
            return await handshake.RunAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (
            e is OperationCanceledException or IOException or ObjectDisposedException or SocketException or AuthenticationException)
        {
            return null; // silent, gone, or not one of ours
        }
    }

    private void CutStalled()
    {
        foreach (NbdConnection connection in _connections.List())
        {
            if (connection.HasDisk && connection.Watch.IsStalled(_options.StallPatience))
                connection.Close("it did not take its replies, or go on with a request");
        }
    }
}
