namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of RPM packages: <c>[EPOCH:]VERSION[-RELEASE]</c>. Source: rpm-version(7).</summary>
public static class RpmVersion
{
    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int order = Digits.Compare(TakeEpoch(ref left), TakeEpoch(ref right));
        if (order != 0)
            return order;
        ReadOnlySpan<char> leftRelease = TakeRelease(ref left), rightRelease = TakeRelease(ref right);
        order = CompareParts(left, right);
        return order != 0 ? order : CompareParts(leftRelease, rightRelease);
    }

    private static ReadOnlySpan<char> TakeEpoch(ref ReadOnlySpan<char> version)
    {
        int digits = Digits.Count(version);
        if (digits == version.Length || version[digits] != ':')
            return default;
        ReadOnlySpan<char> epoch = version[..digits];
        version = version[(digits + 1)..];
        return epoch;
    }

    private static ReadOnlySpan<char> TakeRelease(ref ReadOnlySpan<char> version)
    {
        int dash = version.LastIndexOf('-');
        if (dash < 0)
            return default;
        ReadOnlySpan<char> release = version[(dash + 1)..];
        version = version[..dash];
        return release;
    }

    // Runs of digits and of letters; what stands between them only separates, except a tilde (older than nothing) and a caret (newer than
    // nothing).
    private static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = SkipSeparators(left);
            right = SkipSeparators(right);
            char first = left.IsEmpty ? '\0' : left[0], second = right.IsEmpty ? '\0' : right[0];
            if (first == '~' || second == '~')
            {
                if (first != second)
                    return first == '~' ? -1 : 1;
            }
            else if (first == '^' || second == '^')
            {
                if (first != second)
                    return first == '\0' ? -1 : second == '\0' ? 1 : first == '^' ? -1 : 1;
            }
            else
            {
                if (first == '\0' || second == '\0')
                    return first == second ? 0 : first == '\0' ? -1 : 1;
                bool isNumber = char.IsAsciiDigit(first);
                if (isNumber != char.IsAsciiDigit(second))
                    return isNumber ? 1 : -1;
                int leftLength = Run(left, isNumber), rightLength = Run(right, isNumber);
                int order = isNumber ? Digits.Compare(left[..leftLength], right[..rightLength]) : left[..leftLength]
                    .SequenceCompareTo(right[..rightLength]);
                if (order != 0)
                    return order;
                left = left[leftLength..];
                right = right[rightLength..];
                continue;
            }

            left = left[1..];
            right = right[1..];
        }
    }

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        int at = 0;
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('~' or '^'))
            at++;
        return text[at..];
    }

    private static int Run(ReadOnlySpan<char> text, bool isNumber)
    {
        int at = 0;
        while (at < text.Length && (isNumber ? char.IsAsciiDigit(text[at]) : char.IsAsciiLetter(text[at])))
            at++;
        return at;
    }
}
