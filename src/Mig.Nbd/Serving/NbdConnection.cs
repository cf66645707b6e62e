using System.Net.Sockets;

namespace Mig.Nbd.Serving;

/// <summary>An open connection. For many threads.</summary>
internal sealed class NbdConnection(Socket socket, NbdClient client, TimeProvider clock)
{
    private int _hasDisk;

    public Socket Socket => socket;

    public NbdClient Client => client;

    public StallWatch Watch { get; } = new(clock);

    public long OpenedAt { get; } = clock.GetTimestamp();

    /// <summary>Whether the client has chosen a disk: somebody works with it, so it is not closed to make room.</summary>
    public bool HasDisk => Volatile.Read(ref _hasDisk) != 0;

    /// <summary>Why the server closed it; null when it did not.</summary>
    public string? Cut { get; private set; }

    public void SetHasDisk() => Volatile.Write(ref _hasDisk, 1);

    /// <summary>Closes it at once.</summary>
    public void Close(string why)
    {
        Cut ??= why;
        socket.Dispose();
    }

    /// <summary>Lets it end: what was asked is answered, and nothing more is read.</summary>
    public void Finish()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
