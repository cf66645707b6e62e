using Mig.Core;
using Mig.Core.Host;
using Mig.Transfer.Access;

namespace Mig.Exchange.Serving;

/// <summary>Makes tokens for those who use a server.</summary>
public static class AccessTokens
{
    /// <summary>Makes a token, and the section of an access file that lets it in.</summary>
    /// <param name="allow">What it may do, each as <c>RIGHTS [REPOSITORY [REF]]</c>.</param>
    /// <param name="expires">When it stops to count; null for never.</param>
    /// <exception cref="UsageException">A name, a right or the time is malformed; says what is allowed.</exception>
    public static NewToken Create(string name, IReadOnlyList<string> allow, string? expires, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        DateTimeOffset? end = null;
        if (expires is not null)
        {
            end = ExpiryText.Parse(expires, clock);
            if (end <= clock.GetUtcNow())
                throw new UsageException($"'{expires}' is over; the token would never count");
        }

        return NewToken.Create(name, allow, end);
    }

    /// <summary>Adds a section to an access file, which a server that runs sees at once.</summary>
    /// <exception cref="ConflictException">The file has a token of that name.</exception>
    /// <exception cref="UsageException">The file is malformed.</exception>
    public static void Append(string path, string name, NewToken token, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(token);
        string before = "";
        if (File.Exists(path))
        {
            before = File.ReadAllText(path);
            if (AccessFile.Parse(before, path, clock).Names.Contains(name))
                throw new ConflictException($"{path} has a token '{name}'; choose another name, or remove that section first");
        }

        string separator = before.Length == 0 || before.EndsWith('\n') ? "" : "\n";
        byte[] section = System.Text.Encoding.UTF8.GetBytes(separator + token.Section);
        if (!File.Exists(path))
        {
            using HostFile made = HostFile.CreatePrivate(path);
            made.Write(section, 0);
            return;
        }

        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        file.Write(section);
    }
}
