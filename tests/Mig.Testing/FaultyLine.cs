using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mig.Testing;

/// <summary>
/// A TCP proxy on loopback that stands for a bad line: it cuts, stalls, delays, limits and loses, always at the same bytes.
/// </summary>
public sealed class FaultyLine : IDisposable
{
    private const int PacketSize = 1448;
    private static readonly TimeSpan SentAgainAfter = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly ManualResetEventSlim _isOver = new();
    private readonly long[] _freeAt = new long[2];

    public FaultyLine(int target, LineFaults faults)
    {
        (_target, Line) = (target, faults);
        _listener.Start();
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What is wrong with it; may be changed at any time.</summary>
    public LineFaults Line { get; set; }

    /// <summary>Bytes that have passed.</summary>
    public long Passed { get; private set; }

    /// <summary>Connections that were made.</summary>
    public int Connections { get; private set; }

    /// <summary>Connections that were cut, or stand still.</summary>
    public int Faults { get; private set; }

    public void Dispose()
    {
        _isOver.Set();
        _listener.Stop();
        _thread.Join();
        lock (_gate)
            _open.ToList().ForEach(Reset);
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.AcceptSocket();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                server.Connect(IPAddress.Loopback, _target);
                client.NoDelay = true;
                var connection = new Connection(client, server);
                lock (_gate)
                {
                    Connections++;
                    _open.UnionWith([client, server]);
                }

                new Thread(() => Copy(connection, client, server, 0)) { IsBackground = true }.Start();
                new Thread(() => Copy(connection, server, client, 1)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private void Copy(Connection connection, Socket from, Socket to, int direction)
    {
        byte[] buffer = new byte[16 << 10];
        int packets = 0;
        TimedPipe? timed = Line.RoundTrip > TimeSpan.Zero || Line.BytesPerSecond is not null ? new TimedPipe(to) : null;
        bool isFirst = direction == 0;
        try
        {
            while (from.Receive(buffer) is > 0 and int got)
            {
                int allowed = Allow(connection, got, out bool stalls);
                Wait(got, ref packets);
                if (timed is null)
                    to.Send(buffer.AsSpan(0, allowed));
                else
                    timed.Send(buffer.AsSpan(0, allowed), Due(direction, allowed, isFirst));
                isFirst = false;
                if (allowed == got)
                    continue;
                timed?.Dispose();
                timed = null;
                if (stalls)
                    _isOver.Wait();
                else if (!Line.Resets)
                    End(connection, from, to);
                break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other direction was cut.
        }

        timed?.Dispose();
        lock (_gate)
        {
            Reset(connection.Client);
            Reset(connection.Server);
        }
    }

    private int Allow(Connection connection, int got, out bool stalls)
    {
        lock (_gate)
        {
            long left = Math.Min((Line.CutAfter ?? long.MaxValue) - Passed, (Line.CutEvery ?? long.MaxValue) - connection.Passed);
            long toStall = (Line.StallEvery ?? long.MaxValue) - connection.Passed;
            stalls = toStall < left;
            int allowed = (int)Math.Clamp(Math.Min(left, toStall), 0, got);
            Passed += allowed;
            connection.Passed += allowed;
            if (allowed < got && !connection.HasFault)
            {
                connection.HasFault = true;
                Faults++;
            }

            return allowed;
        }
    }

    private void Wait(int bytes, ref int packets)
    {
        if (Line.LosesEvery is not { } every)
            return;
        int before = packets / every;
        packets += (bytes + PacketSize - 1) / PacketSize;
        if (packets / every > before)
            _isOver.Wait(SentAgainAfter * ((packets / every) - before));
    }

    // When the last of some bytes is there: they pass one after the other, and then are on their way.
    private long Due(int direction, int bytes, bool isFirst)
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            TimeSpan passing = Line.BytesPerSecond is { } speed ? TimeSpan.FromSeconds((double)bytes / speed) : TimeSpan.Zero;
            _freeAt[direction] = Math.Max(_freeAt[direction], now) + Ticks(passing);
            return _freeAt[direction] + Ticks(Line.RoundTrip / 2) + (isFirst ? Ticks(Line.RoundTrip) : 0);
        }

        static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
    }

    // Both sides hear that no more comes. What they still send is read until both have closed, for a socket that is closed before is reset,
    // and takes with it what was not read yet.
    private static void End(Connection connection, Socket from, Socket to)
    {
        connection.Client.Shutdown(SocketShutdown.Send);
        connection.Server.Shutdown(SocketShutdown.Send);
        byte[] rest = new byte[16 << 10];
        foreach (Socket side in (Socket[])[from, to])
        {
            while (side.Receive(rest) > 0)
            {
            }
        }
    }

    // Called under the gate.
    private void Reset(Socket socket)
    {
        if (!_open.Remove(socket))
            return;
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private sealed class Connection(Socket client, Socket server)
    {
        public Socket Client { get; } = client;

        public Socket Server { get; } = server;

        public long Passed { get; set; }

        public bool HasFault { get; set; }
    }
}
