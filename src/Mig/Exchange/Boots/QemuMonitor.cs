using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Mig.Exchange.Boots;

/// <summary>Tells a running QEMU what to do, and hears why it ends. For several threads.</summary>
/// <remarks>QEMU, "QEMU Machine Protocol Specification": a line of JSON for each command, reply and event.</remarks>
internal sealed class QemuMonitor : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private volatile string? _reason;

    private QemuMonitor(Socket socket)
    {
        _socket = socket;
        Send("qmp_capabilities");
        _reader = new Thread(Listen) { IsBackground = true, Name = "qemu-monitor" };
        _reader.Start();
    }

    /// <summary>Why the machine went down, in QEMU's words (<c>ShutdownCause</c>); null as long as it has said nothing.</summary>
    public string? Reason => _reason;

    /// <summary>Waits for QEMU to listen.</summary>
    /// <param name="isOver">Whether it has ended.</param>
    /// <returns>Null when it ended before.</returns>
    public static QemuMonitor? Connect(string path, Func<bool> isOver)
    {
        while (!isOver())
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return new QemuMonitor(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
                Thread.Sleep(Pause);
            }
        }

        return null;
    }

    /// <summary>Presses the power button: the system of the machine is asked to power down.</summary>
    public void PowerDown() => Send("system_powerdown");

    /// <summary>Switches the machine off.</summary>
    public void Quit() => Send("quit");

    /// <summary>Waits for what it says to the end; it has ended.</summary>
    public void Finish(TimeSpan patience) => _reader.Join(patience);

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Join();
    }

    private void Send(string command)
    {
        lock (_gate)
        {
            try
            {
                _socket.Send(Encoding.ASCII.GetBytes($"{{\"execute\":\"{command}\"}}\n"));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended.
            }
        }
    }

    private void Listen()
    {
        try
        {
            using var stream = new NetworkStream(_socket);
            using var lines = new StreamReader(stream, Encoding.UTF8);
            while (lines.ReadLine() is { } line)
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.TryGetProperty("event", out JsonElement name) && name.ValueEquals("SHUTDOWN"))
                    _reason = document.RootElement.GetProperty("data").GetProperty("reason").GetString();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException or KeyNotFoundException)
        {
            // It has ended, in the middle of a word perhaps.
        }
    }
}
