namespace Mig.History.Diffs;

/// <summary>
/// A path that a comparison is limited to, as Git has it: the path itself with all below it, or a pattern in which <c>*</c> stands for any bytes, slashes
/// included, <c>?</c> for one, <c>[a-z]</c> and <c>[!a-z]</c> for one of several, and a backslash takes the meaning from what follows.
/// </summary>
/// <param name="pattern">Without a slash at either end; an empty one is everything.</param>
internal sealed class PathPattern(ReadOnlyMemory<byte> pattern)
{
    private readonly int _plain = PlainLength(pattern.Span);

    private bool IsPattern => _plain < pattern.Length;

    /// <summary>Tells whether a path is meant.</summary>
    public bool Includes(ReadOnlySpan<byte> path) => IsWithin(path, pattern.Span) || (IsPattern && Matches(pattern.Span, path));

    /// <summary>Tells whether anything below a directory can be meant.</summary>
    public bool MayIncludeBelow(ReadOnlySpan<byte> directory)
    {
        if (IsWithin(pattern.Span, directory) || IsWithin(directory, pattern.Span))
            return true;
        if (!IsPattern)
            return false;
        ReadOnlySpan<byte> start = pattern.Span[.._plain];
        return directory.Length < start.Length ? IsWithin(start, directory) : directory.StartsWith(start);
    }

    private static bool IsWithin(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty || (path.StartsWith(directory) && (path.Length == directory.Length || path[directory.Length] == (byte)'/'));

    private static int PlainLength(ReadOnlySpan<byte> pattern)
    {
        int special = pattern.IndexOfAny("*?[\\"u8);
        return special < 0 ? pattern.Length : special;
    }

    // Only the last star is ever gone back to: what an earlier one could take, a later one can, too.
    private static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int at = 0, position = 0, star = -1, starPosition = 0;
        while (position < text.Length)
        {
            if (at < pattern.Length && pattern[at] == (byte)'*')
            {
                star = at++;
                starPosition = position;
            }
            else if (at < pattern.Length && MatchesOne(pattern, text[position], at, out int next))
            {
                at = next;
                position++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                position = ++starPosition;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && pattern[at] == (byte)'*')
            at++;
        return at == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, byte value, int at, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case (byte)'?':
                return true;
            case (byte)'\\' when next < pattern.Length:
                return pattern[next++] == value;
            case (byte)'[':
                // The first bracket after the opening one is part of the set; a set that does not end is a bracket.
                int end = at + 2 < pattern.Length ? pattern[(at + 2)..].IndexOf((byte)']') : -1;
                if (end < 0)
                    return value == (byte)'[';
                next = at + 2 + end + 1;
                return IsInSet(pattern[(at + 1)..(next - 1)], value);
            default:
                return pattern[at] == value;
        }
    }

    private static bool IsInSet(ReadOnlySpan<byte> set, byte value)
    {
        bool isNegated = set.Length > 1 && set[0] is (byte)'!' or (byte)'^';
        if (isNegated)
            set = set[1..];
        bool isIn = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == (byte)'-';
            isIn |= isRange ? value >= set[i] && value <= set[i + 2] : value == set[i];
            i += isRange ? 2 : 0;
        }

        return isIn != isNegated;
    }
}
