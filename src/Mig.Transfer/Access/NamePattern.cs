using Mig.Core;

namespace Mig.Transfer.Access;

/// <summary>
/// A pattern for names of repositories or refs: <c>*</c> stands for anything within one part between slashes, <c>**</c> alone for any
/// number of parts.
/// </summary>
/// <remarks>Case counts. A name with empty parts, <c>.</c> or <c>..</c> is matched by no pattern: whatever such a name leads to, nobody
/// allowed it. The empty name, which is that of a repository at the server's root, is matched by <c>**</c> alone.</remarks>
public sealed class NamePattern
{
    private const string AnyParts = "**";

    private readonly string[] _parts;

    private NamePattern(string text)
    {
        Text = text;
        _parts = text.Split('/');
    }

    /// <summary>Matches every well-formed name.</summary>
    public static NamePattern Everything { get; } = new(AnyParts);

    /// <summary>The pattern as it is written.</summary>
    public string Text { get; }

    /// <exception cref="UsageException">It is malformed; says what is allowed.</exception>
    public static NamePattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string part in text.Split('/'))
        {
            if (part is "" or "." or "..")
                throw new UsageException(
                    $"pattern '{text}' has an empty part, '.' or '..'; write it like lab/*, lab/** or refs/heads/ci-*");
            if (part != AnyParts && part.Contains(AnyParts, StringComparison.Ordinal))
                throw new UsageException(
                    $"pattern '{text}' has ** in a part with other text; ** stands alone between slashes, * stands anywhere");
        }

        return new NamePattern(text);
    }

    public bool Matches(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Length == 0 ? [] : name.Split('/');
        return !parts.Any(part => part is "" or "." or "..")
            && Match(_parts, parts, AnyParts, static (pattern, part) => MatchPart(pattern, part));
    }

    public override string ToString() => Text;

    private static bool MatchPart(string pattern, string part) => Match<char>(pattern, part, '*', static (one, other) => one == other);

    // The usual walk with one place to return to: never more steps than pattern times name, whatever a stranger sends.
    private static bool Match<T>(ReadOnlySpan<T> pattern, ReadOnlySpan<T> text, T any, Func<T, T, bool> isMatch)
        where T : IEquatable<T>
    {
        int p = 0, t = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p].Equals(any))
            {
                star = p++;
                from = t;
            }
            else if (p < pattern.Length && isMatch(pattern[p], text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p].Equals(any))
            p++;
        return p == pattern.Length;
    }
}
