using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mig.Hostile.Tests;

/// <summary>Answers whoever connects with the same bytes, and then with others for ever.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _connections;

    /// <param name="begin">What comes first.</param>
    /// <param name="forEver">What comes again and again; empty for nothing, the connection staying open.</param>
    public RawServer(string begin, string forEver)
    {
        _listener.Start();
        byte[] first = Encoding.ASCII.GetBytes(begin), then = Encoding.ASCII.GetBytes(forEver);
        new Thread(() => Accept(first, then)) { IsBackground = true }.Start();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/web";

    public int Connections => Volatile.Read(ref _connections);

    public void Dispose() => _listener.Stop();

    private void Accept(byte[] first, byte[] then)
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                Interlocked.Increment(ref _connections);
                new Thread(() => Answer(client, first, then)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private static void Answer(TcpClient client, byte[] first, byte[] then)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                stream.Write(first);
                while (then.Length > 0)
                    stream.Write(then);
                while (stream.Read(new byte[4096]) > 0)
                {
                }
            }
        }
        catch (IOException)
        {
            // The client has had enough.
        }
    }
}
