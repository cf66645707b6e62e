using System.Diagnostics.CodeAnalysis;
using Mig.Core;

namespace Mig.History.Refs;

/// <summary>
/// Which refs of one side become which of the other (git-fetch(1) and git-push(1), "&lt;refspec&gt;"):
/// <c>+refs/heads/*:refs/remotes/origin/*</c>.
/// </summary>
public sealed record Refspec
{
    private Refspec(string text) => Text = text;

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The name, or the pattern, on the side that gives. Empty for a deletion, and for "HEAD" of a fetch.</summary>
    public string Source { get; private init; } = "";

    /// <summary>The name, or the pattern, on the side that gets; null when none is given.</summary>
    public string? Destination { get; private init; }

    /// <summary>Whether history may be lost (<c>+</c>).</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether it takes refs out of what others choose (<c>^</c>).</summary>
    public bool IsNegative { get; private init; }

    /// <summary>Whether it holds a <c>*</c>.</summary>
    public bool IsPattern { get; private init; }

    /// <summary>Whether it is <c>:</c>, a push of all branches that both sides have.</summary>
    public bool IsMatching { get; private init; }

    /// <summary>Reads what a fetch is told.</summary>
    /// <exception cref="UsageException">It is malformed.</exception>
    public static Refspec ParseFetch(string text) => TryParse(text, isPush: false, out Refspec? refspec) ? refspec : throw Malformed(text);

    /// <summary>Reads what a push is told.</summary>
    /// <exception cref="UsageException">It is malformed.</exception>
    public static Refspec ParsePush(string text) => TryParse(text, isPush: true, out Refspec? refspec) ? refspec : throw Malformed(text);

    /// <inheritdoc cref="ParseFetch"/>
    public static bool TryParseFetch(string text, [NotNullWhen(true)] out Refspec? refspec) => TryParse(text, isPush: false, out refspec);

    /// <summary>Tells whether the giving side has a name for it.</summary>
    public bool Matches(string source) => IsPattern ? TryFill(Source, source, "*", out _) : Source == source;

    /// <summary>
    /// Returns what a full name of the giving side is called on the other; null when it is not chosen, or not kept there.
    /// </summary>
    public string? Map(string source) => Map(Source, source, Destination);

    /// <summary>Returns what a full name of the side that gets is called on the giving one; null when it comes from elsewhere.</summary>
    public string? MapBack(string destination) => Destination is null ? null : Map(Destination, destination, Source);

    public override string ToString() => Text;

    private string? Map(string from, string name, string? to)
    {
        if (IsNegative || string.IsNullOrEmpty(to))
            return null;
        if (!IsPattern)
            return from == name ? to : null;
        return TryFill(from, name, to, out string? filled) ? filled : null;
    }

    private static bool TryFill(string pattern, string name, string to, [NotNullWhen(true)] out string? filled)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        bool fits = name.Length >= pattern.Length - 1
            && name.StartsWith(pattern[..star], StringComparison.Ordinal)
            && name.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
        filled = fits ? to.Replace("*", name[star..(name.Length - (pattern.Length - star - 1))], StringComparison.Ordinal) : null;
        return fits;
    }

    // As parse_refspec of Git.
    private static bool TryParse(string text, bool isPush, [NotNullWhen(true)] out Refspec? refspec)
    {
        ArgumentNullException.ThrowIfNull(text);
        refspec = null;
        bool isForced = text.StartsWith('+'), isNegative = text.StartsWith('^');
        string body = isForced || isNegative ? text[1..] : text;
        if (isPush && body == ":" && !isNegative)
        {
            refspec = new Refspec(text) { IsForced = isForced, IsMatching = true };
            return true;
        }

        int colon = body.LastIndexOf(':');
        string source = colon < 0 ? body : body[..colon];
        string? destination = colon < 0 ? null : body[(colon + 1)..];
        bool hasStar = source.Contains('*', StringComparison.Ordinal),
            toStar = destination?.Contains('*', StringComparison.Ordinal) == true;
        if (isNegative ? destination is not null || source.Length == 0 || IsId(source)
            : destination is null ? hasStar && !isPush : hasStar != toStar)
            return false;
        if (source == "@")
            source = "HEAD";
        bool isSourceFine = source.Length == 0
            || (isPush ? !hasStar && destination is not null : IsId(source))
            || IsName(source, hasStar);
        bool isDestinationFine = string.IsNullOrEmpty(destination) ? !isPush || destination is null : IsName(destination, toStar);
        if (!isSourceFine || !isDestinationFine || (isPush && source.Length == 0 && destination is null))
            return false;
        refspec = new Refspec(text)
        {
            Source = source,
            Destination = destination,
            IsForced = isForced,
            IsNegative = isNegative,
            IsPattern = hasStar,
        };
        return true;
    }

    // A star may stand anywhere in a pattern, but only once.
    private static bool IsName(string name, bool isPattern)
    {
        int star = isPattern ? name.IndexOf('*', StringComparison.Ordinal) : -1;
        return RefName.IsWellFormed(star < 0 ? name : string.Concat(name.AsSpan(0, star), "x", name.AsSpan(star + 1)), allowOneLevel: true);
    }

    private static bool IsId(string text) => text.Length == 2 * ObjectId.Size && ObjectId.TryParse(text, out _);

    private static UsageException Malformed(string text) =>
        new($"'{text}' cannot be a refspec; write SOURCE, SOURCE:DESTINATION or +SOURCE:DESTINATION, such as main:main or "
            + "refs/heads/*:refs/remotes/origin/*");
}
