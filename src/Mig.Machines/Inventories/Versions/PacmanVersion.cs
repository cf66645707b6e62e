namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of pacman's packages: <c>[EPOCH:]VERSION[-RELEASE]</c>. Source: vercmp(8).</summary>
public static class PacmanVersion
{
    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.SequenceEqual(right))
            return 0;
        int order = Digits.Compare(TakeEpoch(ref left), TakeEpoch(ref right));
        if (order != 0)
            return order;
        int leftDash = left.LastIndexOf('-'), rightDash = right.LastIndexOf('-');
        order = CompareParts(leftDash < 0 ? left : left[..leftDash], rightDash < 0 ? right : right[..rightDash]);

        // A version without a release stands for all of its releases.
        return order != 0 || leftDash < 0 || rightDash < 0 ? order : CompareParts(left[(leftDash + 1)..], right[(rightDash + 1)..]);
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

    // Runs of digits and of letters; unlike in RPM, how much separates them counts, and letters at the end make a version older.
    private static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.SequenceEqual(right))
            return 0;
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int leftGap = Gap(left), rightGap = Gap(right);
            left = left[leftGap..];
            right = right[rightGap..];
            if (left.IsEmpty || right.IsEmpty)
                break;
            if (leftGap != rightGap)
                return leftGap.CompareTo(rightGap);
            bool isNumber = char.IsAsciiDigit(left[0]);
            int leftLength = Run(left, isNumber), rightLength = Run(right, isNumber);
            if (rightLength == 0)
                return isNumber ? 1 : -1;
            int order = isNumber ? Digits.Compare(left[..leftLength], right[..rightLength]) : left[..leftLength]
                .SequenceCompareTo(right[..rightLength]);
            if (order != 0)
                return order;
            left = left[leftLength..];
            right = right[rightLength..];
        }

        if (left.IsEmpty && right.IsEmpty)
            return 0;
        return (left.IsEmpty && !char.IsAsciiLetter(right[0])) || (!left.IsEmpty && char.IsAsciiLetter(left[0])) ? -1 : 1;
    }

    private static int Gap(ReadOnlySpan<char> text)
    {
        int at = 0;
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]))
            at++;
        return at;
    }

    private static int Run(ReadOnlySpan<char> text, bool isNumber)
    {
        int at = 0;
        while (at < text.Length && (isNumber ? char.IsAsciiDigit(text[at]) : char.IsAsciiLetter(text[at])))
            at++;
        return at;
    }
}
