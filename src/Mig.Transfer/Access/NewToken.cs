using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Transfer.Access;

/// <summary>A token that was just made, and the section of an access file that lets it in.</summary>
/// <param name="Token">For the one who shall use it; nothing else ever says it again.</param>
/// <param name="Section">Lines for the access file; they hold the hash alone.</param>
public sealed record NewToken(string Token, string Section)
{
    /// <summary>Makes a token.</summary>
    /// <param name="name">What logs and hooks call it: letters, digits and <c>.-_@</c>.</param>
    /// <param name="allow">What it may do, as behind <c>allow =</c>; at least one.</param>
    /// <param name="expires">When it stops to count; null for never.</param>
    /// <exception cref="UsageException">A name or a right is malformed; says what is allowed.</exception>
    public static NewToken Create(string name, IReadOnlyList<string> allow, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(allow);
        if (string.IsNullOrEmpty(name) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !".-_@".Contains(c, StringComparison.Ordinal)))
            throw new UsageException($"'{name}' cannot name a token; letters, digits and .-_@ can");
        if (allow.Count == 0)
            throw new UsageException("say what the token may do, as in --allow 'read' or --allow 'write lab/* refs/heads/ci/*'");
        string token = AccessTokenText.Create();
        var section = new StringBuilder();
        section.Append(CultureInfo.InvariantCulture,
            $"[token \"{name}\"]\n\thash = {Convert.ToHexStringLower(AccessTokenText.Hash(token))}\n");
        foreach (string line in allow)
        {
            AccessGrant.Parse(line);
            section.Append(CultureInfo.InvariantCulture, $"\tallow = {line.Trim()}\n");
        }

        if (expires is { } end)
            section.Append(CultureInfo.InvariantCulture, $"\texpires = {end:yyyy-MM-ddTHH:mm:sszzz}\n");

        // What is printed is what is read.
        _ = AccessFile.Parse(section.ToString(), "the new section", TimeProvider.System);
        return new NewToken(token, section.ToString());
    }
}
