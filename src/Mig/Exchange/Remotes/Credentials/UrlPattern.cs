namespace Mig.Exchange.Remotes.Credentials;

/// <summary>
/// The URL in settings such as <c>http.https://images.example/lab.token</c>, matched as Git matches <c>http.&lt;url&gt;.*</c>
/// (git-config(1)).
/// </summary>
/// <remarks>
/// Scheme and port are equal, where the usual port may be left out; the host is equal, or a label of the pattern is <c>*</c>; the path
/// begins with that of the pattern, whole parts only.
/// </remarks>
internal static class UrlPattern
{
    /// <summary>Tells how well a pattern suits a URL; a better match is the greater one.</summary>
    /// <returns>Null when it does not match. The exact host counts first, then the length of the path, then the user.</returns>
    public static (int Host, int Path, int User)? Match(string pattern, Uri url)
    {
        if (!TryParse(pattern, out string scheme, out string? user, out string host, out int? port, out string path))
            return null;
        if (!scheme.Equals(url.Scheme, StringComparison.OrdinalIgnoreCase) || (port ?? DefaultPort(scheme)) != url.Port)
            return null;
        if (user is not null && user != Uri.UnescapeDataString(url.UserInfo.Split(':')[0]))
            return null;
        if (MatchHost(host, url.IdnHost) is not { } exact || MatchPath(path, url.AbsolutePath) is not { } length)
            return null;
        return (exact, length, user is null ? 0 : 1);
    }

    // "*" is no host to System.Uri, so the parts are taken by hand.
    private static bool TryParse(string text, out string scheme, out string? user, out string host, out int? port, out string path)
    {
        (scheme, user, host, port, path) = ("", null, "", null, "/");
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0)
            return false;
        scheme = text[..colon];
        string rest = text[(colon + 3)..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            (rest, path) = (rest[..slash], rest[slash..]);
        int at = rest.LastIndexOf('@');
        if (at >= 0)
            (user, rest) = (Uri.UnescapeDataString(rest[..at].Split(':')[0]), rest[(at + 1)..]);
        int end = rest.LastIndexOf(':');
        if (end > rest.LastIndexOf(']'))
        {
            if (!int.TryParse(rest[(end + 1)..], out int number))
                return false;
            (rest, port) = (rest[..end], number);
        }

        host = rest.Trim('[', ']');
        return host.Length > 0;
    }

    private static int DefaultPort(string scheme) => scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? 443 : 80;

    private static int? MatchHost(string pattern, string host)
    {
        string[] wanted = pattern.Split('.'), labels = host.Trim('[', ']').Split('.');
        if (wanted.Length != labels.Length)
            return null;
        int exact = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i].Equals(labels[i], StringComparison.OrdinalIgnoreCase))
                exact++;
            else if (wanted[i] != "*")
                return null;
        }

        return exact;
    }

    private static int? MatchPath(string pattern, string path)
    {
        string prefix = pattern.TrimEnd('/');
        return path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/')
            ? prefix.Length : null;
    }
}
