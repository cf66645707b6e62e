using System.Net;
using System.Net.Sockets;
using System.Text;
using Mig.Core;

namespace Mig.Nbd;

/// <summary>Where a server listens: <c>unix:PATH</c> or <c>tcp:ADDRESS:PORT</c>.</summary>
/// <param name="Path">The socket's path; null for TCP.</param>
/// <param name="Address">The address; null for a Unix socket.</param>
public sealed record NbdEndpoint(string? Path, IPEndPoint? Address)
{
    /// <summary>The port that is NBD's.</summary>
    public const int DefaultPort = 10809;

    private const string UnixPrefix = "unix:";
    private const string TcpPrefix = "tcp:";
    private const int MaxPathBytes = 107; // sun_path, with the zero behind it

    /// <summary>Whether other machines can reach it.</summary>
    public bool IsLocal => Address is null || IPAddress.IsLoopback(Address.Address);

    /// <exception cref="UsageException">It is neither; says what is allowed.</exception>
    public static NbdEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal) && text.Length > UnixPrefix.Length)
        {
            string path = System.IO.Path.GetFullPath(text[UnixPrefix.Length..]);
            int bytes = Encoding.UTF8.GetByteCount(path);
            if (bytes > MaxPathBytes)
                throw new UsageException($"the path of a socket has at most {MaxPathBytes} bytes, {path} has {bytes}");
            return new NbdEndpoint(path, null);
        }

        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            string address = text[TcpPrefix.Length..];
            if (IPAddress.TryParse(address.Trim('[', ']'), out IPAddress? alone))
                return new NbdEndpoint(null, new IPEndPoint(alone, DefaultPort));
            if (address.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(address, out IPEndPoint? endpoint))
                return new NbdEndpoint(null, endpoint);
        }

        throw new UsageException($"'{text}' is not a place for NBD; unix:/run/mig.sock and tcp:127.0.0.1:{DefaultPort} are some");
    }

    /// <summary>As a client writes it: <c>nbd://ADDRESS:PORT/</c> or <c>nbd+unix:///?socket=PATH</c>.</summary>
    public override string ToString() => Path is null ? $"nbd://{Address}/" : $"nbd+unix:///?socket={Path}";

    internal EndPoint ToEndPoint() => Path is null ? Address! : new UnixDomainSocketEndPoint(Path);
}
