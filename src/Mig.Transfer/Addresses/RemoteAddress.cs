using Mig.Core;

namespace Mig.Transfer.Addresses;

/// <summary>Where another repository is (git-clone(1), "GIT URLS").</summary>
/// <param name="Kind">How it is reached.</param>
/// <param name="Text">As the user wrote it, without what nobody else may read: safe to show and to log.</param>
/// <param name="User">Null when the address names none.</param>
/// <param name="Host">Empty for a folder; an IPv6 address without brackets.</param>
/// <param name="Port">Null for the usual one.</param>
/// <param name="Path">The folder there, or the path of the URL, decoded.</param>
public sealed record RemoteAddress(RemoteKind Kind, string Text, string? User, string Host, int? Port, string Path)
{
    /// <summary>True for https.</summary>
    public bool IsSecure { get; init; }

    /// <summary>What an HTTP address gives between <c>user:</c> and <c>@</c>; never shown.</summary>
    public string? Password { get; init; }

    /// <summary>What a clone of it is called: the last part of its path.</summary>
    public string RepositoryName
    {
        get
        {
            string path = Path.TrimEnd('/');
            if (path.EndsWith("/.mig", StringComparison.Ordinal))
                path = path[..^"/.mig".Length].TrimEnd('/');
            string last = path[(path.LastIndexOf('/') + 1)..];
            if (last.Length > ".mig".Length && last.EndsWith(".mig", StringComparison.Ordinal))
                last = last[..^".mig".Length];
            return last.Length > 0 ? last : Host;
        }
    }

    /// <summary>Reads an address.</summary>
    /// <param name="baseFolder">What a relative folder begins at.</param>
    /// <exception cref="UsageException">It is malformed; says what is allowed.</exception>
    public static RemoteAddress Parse(string text, string baseFolder)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(baseFolder);
        return AddressParser.Parse(text, baseFolder);
    }

    /// <summary>Returns an address as it may be shown, also when it is malformed.</summary>
    public static string Redact(string text) => AddressParser.Redact(text);

    public override string ToString() => Text;
}
