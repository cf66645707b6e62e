using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Mig.Testing;

/// <summary>One direction of a connection whose bytes come later, in order.</summary>
internal sealed class TimedPipe : IDisposable
{
    // More is not on its way at once: then whoever sends waits, as for the other side's window.
    private const int MostPieces = 256;

    private readonly BlockingCollection<(long Due, byte[] Bytes)> _pieces = new(MostPieces);
    private readonly Thread _thread;
    private readonly Socket _to;

    public TimedPipe(Socket to)
    {
        _to = to;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Sends some bytes at a time of <see cref="Stopwatch"/>; not before those that were given earlier.</summary>
    public void Send(ReadOnlySpan<byte> bytes, long due) => _pieces.Add((due, bytes.ToArray()));

    /// <summary>Waits until all have been sent.</summary>
    public void Dispose()
    {
        _pieces.CompleteAdding();
        _thread.Join();
        _pieces.Dispose();
    }

    private void Run()
    {
        bool isClosed = false;
        foreach ((long due, byte[] bytes) in _pieces.GetConsumingEnumerable())
        {
            if (isClosed)
                continue;
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                Thread.Sleep(left);
            try
            {
                _to.Send(bytes);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                isClosed = true;
            }
        }
    }
}
