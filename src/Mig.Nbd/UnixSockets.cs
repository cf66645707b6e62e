using System.Net.Sockets;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Nbd;

/// <summary>The files that stand for Unix sockets.</summary>
internal static class UnixSockets
{
    /// <summary>Deletes a socket that a killed server left.</summary>
    /// <exception cref="RemoteException">REMOTE-030: somebody listens there, or it is not a socket.</exception>
    public static void RemoveStale(string path)
    {
        if (FileStatus.Of(path, followsLinks: false) is not { } status)
            return;
        if (status.Type != FileType.Socket)
            throw new RemoteException("REMOTE-030",
                $"cannot listen on {path}: it is there, and is not a socket; choose another name, or remove it");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Remove(path);
            return;
        }
        catch (SocketException e)
        {
            throw new RemoteException("REMOTE-030", $"cannot listen on {path}: {e.Message}", e);
        }

        throw new RemoteException("REMOTE-030", $"cannot listen on {path}: another server does; choose another name, or stop that one");
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only stays in the way of nobody: the next server removes it.
        }
    }
}
