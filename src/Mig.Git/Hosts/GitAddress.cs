using System.Text.RegularExpressions;
using Mig.Core;

namespace Mig.Git.Hosts;

/// <summary>The address of a repository of Git elsewhere: <c>https://</c>, <c>ssh://</c>, <c>file://</c>, or <c>user@host:path</c>. A
/// password in it is kept apart, and never shown or stored.</summary>
internal sealed partial class GitAddress
{
    private static readonly string[] Schemes = ["https", "http", "ssh", "git+ssh", "ssh+git", "git", "file"];

    private GitAddress(string url, string? user, string? password) => (Url, User, Password) = (url, user, password);

    /// <summary>The address without a password.</summary>
    public string Url { get; }

    public string? User { get; }

    public string? Password { get; }

    /// <returns>Null when it is a path on this machine.</returns>
    /// <exception cref="UsageException">It has a scheme that leads to no Git host.</exception>
    public static GitAddress? TryParse(string target)
    {
        if (Directory.Exists(target) || (!Scheme().IsMatch(target) && !Scp().IsMatch(target)))
            return null;

        // libgit2 ends the process when it is given another one.
        string scheme = target.Contains("://", StringComparison.Ordinal) ? target[..target.IndexOf(':', StringComparison.Ordinal)] : "ssh";
        if (Array.IndexOf(Schemes, scheme.ToLowerInvariant()) < 0)
            throw new UsageException($"{scheme}:// is not a way to a Git host; {string.Join(", ", Schemes)} and user@host:path are");
        Match secret = UserInfo().Match(target);
        return secret.Success
            ? new GitAddress(
                target.Remove(secret.Groups["password"].Index - 1, secret.Groups["password"].Length + 1),
                    Uri.UnescapeDataString(secret.Groups["user"].Value),
                Uri.UnescapeDataString(secret.Groups["password"].Value))
            : new GitAddress(target, null, null);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*://")]
    private static partial Regex Scheme();

    // As Git has it: a colon before the first slash, and no drive of Windows.
    [GeneratedRegex("^[^/:]{2,}:")]
    private static partial Regex Scp();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*://(?<user>[^/@:]*):(?<password>[^/@]*)@")]
    private static partial Regex UserInfo();
}
