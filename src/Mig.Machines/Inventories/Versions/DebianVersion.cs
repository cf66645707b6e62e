namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of Debian packages. Source: deb-version(7), "Sorting algorithm".</summary>
public static class DebianVersion
{
    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int order = Digits.Compare(TakeEpoch(ref left), TakeEpoch(ref right));
        if (order != 0)
            return order;
        ReadOnlySpan<char> leftRevision = TakeRevision(ref left), rightRevision = TakeRevision(ref right);
        order = CompareParts(left, right);
        return order != 0 ? order : CompareParts(leftRevision, rightRevision);
    }

    private static ReadOnlySpan<char> TakeEpoch(ref ReadOnlySpan<char> version)
    {
        int colon = version.IndexOf(':');
        if (colon < 0)
            return default;
        ReadOnlySpan<char> epoch = version[..colon];
        version = version[(colon + 1)..];
        return epoch;
    }

    private static ReadOnlySpan<char> TakeRevision(ref ReadOnlySpan<char> version)
    {
        int dash = version.LastIndexOf('-');
        if (dash < 0)
            return default;
        ReadOnlySpan<char> revision = version[(dash + 1)..];
        version = version[..dash];
        return revision;
    }

    // By turns a part without digits, by characters, and a number.
    private static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            int at = 0;
            while ((at < left.Length && !char.IsAsciiDigit(left[at])) || (at < right.Length && !char.IsAsciiDigit(right[at])))
            {
                int order = Rank(left, at) - Rank(right, at);
                if (order != 0)
                    return order;
                at++;
            }

            left = left[at..];
            right = right[at..];
            int leftDigits = Digits.Count(left), rightDigits = Digits.Count(right);
            int number = Digits.Compare(left[..leftDigits], right[..rightDigits]);
            if (number != 0)
                return number;
            left = left[leftDigits..];
            right = right[rightDigits..];
        }

        return 0;
    }

    // A tilde sorts before the end, letters before all other characters.
    private static int Rank(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length || char.IsAsciiDigit(text[at]))
            return 0;
        char c = text[at];
        return c == '~' ? -1 : char.IsAsciiLetter(c) ? c : c + 256;
    }
}
