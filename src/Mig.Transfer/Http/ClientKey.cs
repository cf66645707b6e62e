using System.Net;
using System.Net.Sockets;

namespace Mig.Transfer.Http;

/// <summary>What counts as one client.</summary>
internal static class ClientKey
{
    private const int PrefixBytes = 8;

    /// <summary>
    /// An IPv6 client has at least 2^64 addresses to choose from, so a /64 counts as one; an IPv4 address in IPv6 form counts as itself.
    /// </summary>
    public static IPAddress Of(IPAddress client)
    {
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        client.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return new IPAddress(bytes);
    }
}
