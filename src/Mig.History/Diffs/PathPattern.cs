namespace Mig.History.Diffs;

/// <summary>
/// A path that a comparison is limited to, as Git has it: the path itself with all below it, or a pattern in which <c>*</c> stands for any
/// bytes, slashes included, <c>?</c> for one, <c>[a-z]</c> and <c>[!a-z]</c> for one of several, and a backslash takes the meaning from
/// what follows.
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
                return MatchesSet(pattern, value, at, out next);
            default:
                return pattern[at] == value;
        }
    }

    // The first bracket after the opening one, or after what negates the set, is part of it. A set that does not end matches nothing.
    private static bool MatchesSet(ReadOnlySpan<byte> pattern, byte value, int at, out int next)
    {
        next = at + 1;
        bool isNegated = next < pattern.Length && pattern[next] is (byte)'!' or (byte)'^', isIn = false;
        next += isNegated ? 1 : 0;
        for (int first = next; next < pattern.Length; next++)
        {
            if (pattern[next] == (byte)']' && next > first)
            {
                next++;
                return isIn != isNegated;
            }

            byte low = Literal(pattern, ref next), high = low;
            if (next + 2 < pattern.Length && pattern[next + 1] == (byte)'-' && pattern[next + 2] != (byte)']')
            {
                next += 2;
                high = Literal(pattern, ref next);
            }

            isIn |= value >= low && value <= high;
        }

        return false;
    }

    private static byte Literal(ReadOnlySpan<byte> pattern, ref int at)
    {
        if (pattern[at] == (byte)'\\' && at + 1 < pattern.Length)
            at++;
        return pattern[at];
    }
}
