using System.Net;
using Mig.Core;

namespace Mig.Transfer.Transports;

/// <summary>The proxy between this machine and an HTTP server, if there is one.</summary>
internal sealed class HttpProxy
{
    private const int UsualPort = 1080; // curl's
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly string _source;

    private HttpProxy(Uri? address, string source) => (Address, _source) = (address, source);

    /// <summary>Null when there is none.</summary>
    public Uri? Address { get; }

    /// <summary>Finds the proxy for a URL.</summary>
    /// <param name="setting">What the configuration says: a proxy, empty for none; null when it says nothing, so that the environment
    /// counts.</param>
    /// <exception cref="UsageException">The setting is no proxy.</exception>
    public static HttpProxy Find(string? setting, Uri url)
    {
        if (setting is not null)
            return new HttpProxy(setting.Length == 0 ? null : Parse(setting), "http.proxy");

        // What stays on this machine is sent in the clear, so nobody else may carry it unless the user says so of this program.
        Uri? found = url.IsLoopback ? null : HttpClient.DefaultProxy.GetProxy(url);
        return new HttpProxy(found == url ? null : found, $"{url.Scheme}_proxy or all_proxy in the environment");
    }

    public IWebProxy? ToWebProxy()
    {
        if (Address is null)
            return null;
        var proxy = new WebProxy(new UriBuilder(Address) { UserName = "", Password = "" }.Uri);
        if (Address.UserInfo is { Length: > 0 } user)
        {
            string[] parts = user.Split(':', 2);
            proxy.Credentials = new NetworkCredential(
                Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
        }

        return proxy;
    }

    /// <summary>Names it for messages, without what nobody else may read.</summary>
    public override string ToString() => Address is null ? "no proxy" : $"the proxy {Address.Scheme}://{Address.Authority} ({_source})";

    private static Uri Parse(string text)
    {
        string full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        full = full.Replace("socks5h://", "socks5://", StringComparison.OrdinalIgnoreCase);
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? address) || address.Host.Length == 0 || !Schemes.Contains(address.Scheme))
            throw new UsageException(
                $"http.proxy cannot be what it is set to; write [{string.Join("|", Schemes)}://][NAME:PASSWORD@]HOST[:PORT]");
        bool hasPort = full[(full.LastIndexOf('@') + 1)..].Replace("://", "", StringComparison.Ordinal).TrimEnd('/').Split(']')[^1]
            .Contains(':', StringComparison.Ordinal);
        return hasPort ? address : new UriBuilder(address) { Port = UsualPort }.Uri;
    }
}
