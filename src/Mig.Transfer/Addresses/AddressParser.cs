using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;
using Mig.Core;

namespace Mig.Transfer.Addresses;

/// <summary>
/// Reads addresses. They may come from a stranger's configuration and end on the command line of ssh, so nothing in them may be taken for
/// an option or a command.
/// </summary>
internal static class AddressParser
{
    private const string Allowed =
        "write a folder, file:///folder, ssh://[user@]host[:port]/path, [user@]host:path, or http(s)://host[:port]/path";

    // What OpenSSH refuses, too: its configuration may hand these on to a shell ("ProxyCommand … %h").
    private static readonly SearchValues<char> ForbiddenInHost = SearchValues.Create("'`\"$\\;&<>|(){}@/?#[] ");
    private static readonly SearchValues<char> ForbiddenInUser = SearchValues.Create("'`\";&<>|(){}/:[] ");

    public static RemoteAddress Parse(string text, string baseFolder)
    {
        if (text.Length == 0)
            throw new UsageException($"an address cannot be empty; {Allowed}");
        Check(text, text);
        int scheme = SchemeLength(text);
        if (scheme > 0)
            return ParseUrl(text, text[..scheme].ToLowerInvariant(), text[(scheme + "://".Length)..]);
        int colon = text.IndexOf(':', StringComparison.Ordinal), slash = text.IndexOf('/', StringComparison.Ordinal);

        // As in Git: what has a colon before the first slash is on another host.
        if (colon < 0 || (slash >= 0 && slash < colon))
            return Folder(text, text, baseFolder);
        return ParseScp(text);
    }

    /// <summary>Takes out of a URL what may be a secret: all that stands before <c>@</c>, but for ssh's user.</summary>
    public static string Redact(string text)
    {
        int scheme = SchemeLength(text);
        if (scheme == 0)
            return text;
        int start = scheme + "://".Length;
        int end = text.IndexOfAny(['/', '?', '#'], start);
        int at = text.LastIndexOf('@', (end < 0 ? text.Length : end) - 1);
        if (at < start)
            return text;
        string user = text[start..at];
        if (IsSsh(text[..scheme].ToLowerInvariant()))
            return user.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? text.Remove(start + colon, user.Length - colon)
                : text;
        return text.Remove(start, at + 1 - start);
    }

    private static bool IsSsh(string scheme) => scheme is "ssh" or "mig+ssh" or "ssh+mig";

    // The length of what stands before "://"; 0 when that is no scheme.
    private static int SchemeLength(string text)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetter(text[0]) && text[..end].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? end
            : 0;
    }

    private static RemoteAddress ParseUrl(string text, string scheme, string rest)
    {
        if (scheme == "file")
        {
            string folder = rest.StartsWith("localhost/", StringComparison.Ordinal) ? rest["localhost".Length..] : rest;
            return folder.StartsWith('/')
                ? Folder(text, Decode(folder, text), "/")
                : throw Malformed(text, "a file:// address names no host: write file:///folder");
        }

        bool isHttp = scheme is "http" or "https";
        if (!isHttp && !IsSsh(scheme))
            throw Malformed(text, $"mig knows no '{scheme}://'; {Allowed}");
        int end = rest.IndexOfAny(['/', '?', '#']);
        (string authority, string tail) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        if (isHttp && tail.AsSpan().ContainsAny('?', '#'))
            throw Malformed(text, "'?' and '#' cannot stand in the address of a repository");
        int at = authority.LastIndexOf('@');
        (string? user, string? password) = at < 0 ? (null, null) : SplitUser(authority[..at], text);
        (string host, int? port) = SplitHost(authority[(at + 1)..], text, decodes: true);
        string path = Decode(tail, text);
        if (isHttp)
            return new RemoteAddress(RemoteKind.Http, Redact(text), user, CheckHost(host, text), port, path.Length == 0 ? "/"
                : path)
            { IsSecure = scheme == "https", Password = password };
        if (password is not null)
            throw Malformed(text, "ssh takes no password from an address; leave it out, ssh asks for it or uses a key");
        return Ssh(text, user, host, port, path);
    }

    private static (string? User, string? Password) SplitUser(string text, string address)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return (Decode(colon < 0 ? text : text[..colon], address), colon < 0 ? null : Decode(text[(colon + 1)..], address));
    }

    // host, host:port, [::1], [::1]:port
    private static (string Host, int? Port) SplitHost(string text, string address, bool decodes)
    {
        string host = text, port = "";
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                throw Malformed(address, "an IPv6 address stands between '[' and ']'");
            (host, port) = (text[1..close], close + 1 < text.Length ? text[(close + 2)..] : "");
            if (!IPAddress.TryParse(host, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
                throw Malformed(address, $"'{host}' is not an IPv6 address");
        }
        else if (text.LastIndexOf(':') is >= 0 and var colon)
        {
            (host, port) = (text[..colon], text[(colon + 1)..]);
            if (host.Contains(':', StringComparison.Ordinal))
                throw Malformed(address, "an IPv6 address stands between '[' and ']'");
        }

        host = decodes ? Decode(host, address) : host;
        if (host.Length == 0)
            throw Malformed(address, "it names no host");
        return (host, port.Length == 0 ? null : ParsePort(port, address));
    }

    private static int ParsePort(string text, string address) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw Malformed(address, $"'{text}' is not a port: a number from 1 to 65535");

    // [user@]host:path, where host may be [::1], and [host:port] and [user@host:port] say what the form has no room for.
    private static RemoteAddress ParseScp(string text)
    {
        if (text.Contains("::", StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal))
            throw Malformed(text, $"mig runs no transport helpers; {Allowed}");
        int bracket = text.StartsWith('[') ? 0 : text.IndexOf("@[", StringComparison.Ordinal) + 1;
        bool hasBracket = text[bracket] == '[' && (bracket == 0 || text.IndexOf(':', StringComparison.Ordinal) > bracket);
        int close = hasBracket ? text.IndexOf(']', bracket) : -1;
        int colon = hasBracket ? close + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (hasBracket && (close < 0 || colon >= text.Length || text[colon] != ':'))
            throw Malformed(text, "']:' must follow the host, and then the path");
        string path = text[(colon + 1)..];
        string? user = null;
        string host = hasBracket ? text[(bracket + 1)..close] : text[..colon];
        if (hasBracket && bracket > 0)
            user = text[..(bracket - 1)];
        else if (host.LastIndexOf('@') is >= 0 and var at)
            (user, host) = (host[..at], host[(at + 1)..]);
        bool isIPv6 = IPAddress.TryParse(host, out IPAddress? parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
        (host, int? port) = SplitHost(hasBracket && isIPv6 ? $"[{host}]" : host, text, decodes: false);
        return Ssh(text, user, host, port, path);
    }

    private static RemoteAddress Ssh(string text, string? user, string host, int? port, string path)
    {
        if (path.Length == 0 || path == "/")
            throw Malformed(text, "it names no path; write host:path or ssh://host/path");
        if (path[0] == '-')
            throw Malformed(text, $"the path '{path}' begins with '-', which could be taken for an option; write ./{path}");

        // "/~ada/images" is below a home there, as "~ada/images" is.
        if (path.StartsWith("/~", StringComparison.Ordinal))
            path = path[1..];
        return new RemoteAddress(RemoteKind.Ssh, Redact(text), CheckUser(user, text), CheckHost(host, text), port, path);
    }

    private static string? CheckUser(string? user, string text)
    {
        if (user is not null && (user.Length == 0 || user[0] == '-' || user[^1] == '\\' || user.AsSpan().ContainsAny(ForbiddenInUser)))
            throw Malformed(text, $"'{user}' cannot be the name of a user");
        return user;
    }

    private static string CheckHost(string host, string text) => host[0] == '-' || host.AsSpan().ContainsAny(ForbiddenInHost)
        ? throw Malformed(text, $"'{host}' cannot be the name of a host")
        : host;

    private static RemoteAddress Folder(string text, string path, string baseFolder)
    {
        if (path[0] == '-')
            throw Malformed(text, $"it begins with '-', which could be taken for an option; write ./{path}");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        bool isHome = home.Length > 0 && (path == "~" || path.StartsWith("~/", StringComparison.Ordinal));
        string full = isHome ? System.IO.Path.Combine(home, path[1..].TrimStart('/')) : System.IO.Path.Combine(baseFolder, path);
        return new RemoteAddress(RemoteKind.Folder, text, null, "", null, System.IO.Path.GetFullPath(full));
    }

    // As Git: '%' that two hexadecimal digits do not follow stands for itself.
    private static string Decode(string text, string address)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool isEscape = bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1])
                && char.IsAsciiHexDigit((char)bytes[i + 2]);
            bytes[length++] = isEscape ? Convert.FromHexString(Encoding.ASCII.GetString(bytes, i + 1, 2))[0] : bytes[i];
            i += isEscape ? 2 : 0;
        }

        if (!Utf8.IsValid(bytes.AsSpan(0, length)))
            throw Malformed(address, "it is not UTF-8 text");
        string decoded = Encoding.UTF8.GetString(bytes, 0, length);
        Check(decoded, address);
        return decoded;
    }

    private static void Check(string text, string address)
    {
        if (text.Any(char.IsControl))
            throw new UsageException($"an address cannot hold control characters; {Allowed}");
        if (HasLoneSurrogate(text))
            throw Malformed(address, "it is not UTF-8 text");
    }

    // What a byte of an argument that is not UTF-8 has become.
    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!Rune.TryGetRuneAt(text, i++, out _))
                return true;
        }

        return false;
    }

    private static UsageException Malformed(string text, string detail) =>
        new($"'{Redact(text)}' cannot be the address of a repository: {detail}");
}
