using System.Net;
using System.Net.Sockets;

namespace Mig.Testing;

/// <summary>A TCP proxy on loopback that resets every connection once so many bytes have passed, in both directions together.</summary>
public sealed class CutProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Thread _thread;
    private readonly HashSet<Socket> _sockets = [];
    private long _left;

    /// <param name="bytes">How many bytes pass before everything is cut; <see cref="long.MaxValue"/> for a proxy that never cuts.</param>
    public CutProxy(int target, long bytes)
    {
        _target = target;
        _left = bytes;
        _listener.Start();
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that have passed.</summary>
    public long Passed { get; private set; }

    public void Dispose()
    {
        _listener.Stop();
        _thread.Join();
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
                lock (_listener)
                    _sockets.UnionWith([client, server]);
                new Thread(() => Copy(client, server)) { IsBackground = true }.Start();
                new Thread(() => Copy(server, client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private void Copy(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (from.Receive(buffer) is > 0 and int got)
            {
                int allowed;
                lock (_listener)
                {
                    allowed = (int)Math.Min(got, _left);
                    _left -= allowed;
                    Passed += allowed;
                }

                to.Send(buffer.AsSpan(0, allowed));
                if (allowed < got)
                    break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other direction was cut.
        }

        lock (_listener)
        {
            foreach (Socket socket in ((Socket[])[from, to]).Where(_sockets.Remove))
            {
                socket.LingerState = new LingerOption(true, 0); // a reset, not an orderly end
                socket.Dispose();
            }
        }
    }
}
