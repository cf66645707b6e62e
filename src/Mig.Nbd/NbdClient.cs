using System.Net;

namespace Mig.Nbd;

/// <summary>Who asks.</summary>
/// <param name="Address">Its address; null when it came by a Unix socket, which only those can open whom its mode lets.</param>
/// <param name="IsEncrypted">Whether TLS is spoken.</param>
public sealed record NbdClient(IPAddress? Address, bool IsEncrypted)
{
    public override string ToString() => Address?.ToString() ?? "unix";
}
