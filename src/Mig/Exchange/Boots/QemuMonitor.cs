using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>Tells a running QEMU what to do, and hears why it ends. For several threads.</summary>
/// <remarks>QEMU, "QEMU Machine Protocol Specification": a line of JSON for each command, reply and event.</remarks>
internal sealed class QemuMonitor : IDisposable
{
    // What is answered to somebody who waits; one does at a time.
    private const string AnswerId = "mig";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private readonly Lock _calls = new();
    private readonly BlockingCollection<(JsonElement Answer, string? Error)> _answers = [];
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

    /// <summary>Has QEMU do something, and waits for its answer.</summary>
    /// <param name="arguments">An object of JSON; null for none.</param>
    /// <exception cref="UnsupportedFeatureException">It cannot; has its words.</exception>
    public JsonElement Execute(string command, string? arguments = null)
    {
        lock (_calls)
        {
            SendLine($"{{\"execute\":\"{command}\",\"arguments\":{arguments ?? "{}"},\"id\":\"{AnswerId}\"}}");
            (JsonElement Answer, string? Error) answer;
            try
            {
                answer = _answers.TryTake(out (JsonElement Answer, string? Error) found, Patience)
                    ? found : (default, "it does not answer");
            }
            catch (InvalidOperationException)
            {
                answer = (default, "it has ended");
            }

            return answer.Error is null ? answer.Answer
                : throw new UnsupportedFeatureException($"'{command}' by QEMU", answer.Error);
        }
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

    private void Send(string command) => SendLine($"{{\"execute\":\"{command}\"}}");

    private void SendLine(string line)
    {
        lock (_gate)
        {
            try
            {
                _socket.Send(Encoding.UTF8.GetBytes(line + "\n"));
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
                Take(document.RootElement);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException or KeyNotFoundException)
        {
            // It has ended, in the middle of a word perhaps.
        }

        _answers.CompleteAdding();
    }

    private void Take(JsonElement said)
    {
        if (said.TryGetProperty("event", out JsonElement name) && name.ValueEquals("SHUTDOWN"))
            _reason = said.GetProperty("data").GetProperty("reason").GetString();
        else if (said.TryGetProperty("id", out JsonElement id) && id.ValueEquals(AnswerId))
            _answers.Add(said.TryGetProperty("return", out JsonElement answer) ? (answer.Clone(), null)
                : (default, said.GetProperty("error").GetProperty("desc").GetString() ?? "it cannot"));
    }
}
