using System.Globalization;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>Takes a revision apart, as gitrevisions(7) describes it.</summary>
internal static class RevisionParser
{
    private const int MaxLength = 4096;
    private const string BeforePrefix = "before:";
    private const int MaxCount = 1_000_000_000;

    /// <exception cref="UsageException">The text is no revision.</exception>
    public static (RevisionBase Base, IReadOnlyList<RevisionStep> Steps) Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is 0 or > MaxLength)
            throw new UsageException(text.Length == 0 ? "a revision is missing; write HEAD, a branch, a tag or an id"
                : "this is too long for a revision");
        int position = 0;
        RevisionBase start = ParseBase(text, ref position);
        var steps = new List<RevisionStep>();
        while (position < text.Length)
            steps.Add(ParseStep(text, ref position));
        return (start, steps);
    }

    /// <summary>Finds a separator outside braces; -1 when there is none.</summary>
    public static int IndexOutsideBraces(string text, string separator)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (depth == 0 && string.CompareOrdinal(text, i, separator, 0, separator.Length) == 0)
                return i;
            if (text[i] == '{' && i > 0 && text[i - 1] is '@' or '^')
                depth++;
            else if (text[i] == '}' && depth > 0)
                depth--;
        }

        return -1;
    }

    private static RevisionBase ParseBase(string text, ref int position)
    {
        int end = text.AsSpan().IndexOfAny('^', '~');
        int brace = text.IndexOf("@{", StringComparison.Ordinal);
        end = end < 0 ? text.Length : end;
        end = brace >= 0 && brace < end ? brace : end;
        string name = text[..end];
        position = end;
        int previous = 0;
        bool upstream = false;
        string? log = null;
        while (string.CompareOrdinal(text, position, "@{", 0, 2) == 0)
        {
            string content = ReadBraces(text, position + 1);
            position += content.Length + 3;
            if (log is not null)
                throw Bad(text, "nothing can follow a place in a log but '^' and '~'");
            if (content.StartsWith('-') && ReadNumber(content[1..]) is { } number and > 0)
                previous = name.Length == 0 && previous == 0 && !upstream ? number : throw Bad(text, "@{-n} must stand first");
            else if (content.Equals("u", StringComparison.OrdinalIgnoreCase)
                || content.Equals("upstream", StringComparison.OrdinalIgnoreCase))
                upstream = !upstream ? true : throw Bad(text, "@{upstream} can stand once");
            else
                log = content.Length > 0 ? content : throw Bad(text, "the braces are empty");
        }

        return name.Length > 0 || previous > 0 || upstream || log is not null
            ? new RevisionBase(name, previous, upstream, log)
            : throw Bad(text, "it does not begin with a name or id");
    }

    private static RevisionStep ParseStep(string text, ref int position)
    {
        char kind = text[position];
        if (kind is not ('^' or '~'))
            throw Bad(text, $"'{text[position..]}' is neither '^' nor '~'");
        position++;
        if (kind == '^' && position < text.Length && text[position] == '{')
        {
            string content = ReadBraces(text, position);
            position += content.Length + 2;
            if (content.Length == 0)
                return new RevisionStep.Peel(null);
            if (content.StartsWith(BeforePrefix, StringComparison.Ordinal))
                return new RevisionStep.Before(content[BeforePrefix.Length..]);
            return ObjectKindName.TryParse(content, out ObjectKind objectKind)
                ? new RevisionStep.Peel(objectKind)
                : throw Bad(text, $"'{content}' is not a kind of object; write commit, image or tag, or before:DATE");
        }

        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
            position++;
        int number = start == position ? 1 : ReadNumber(text[start..position]) ?? throw Bad(text, $"{text[start..position]} is too large");
        return kind == '^' ? new RevisionStep.Parent(number) : new RevisionStep.Ancestor(number);
    }

    private static string ReadBraces(string text, int open)
    {
        int close = text.IndexOf('}', open);
        return close < 0 ? throw Bad(text, "a '}' is missing") : text[(open + 1)..close];
    }

    private static int? ReadNumber(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxCount ? number : null;

    private static UsageException Bad(string text, string reason) => new($"'{text}' is not a revision: {reason}");
}
