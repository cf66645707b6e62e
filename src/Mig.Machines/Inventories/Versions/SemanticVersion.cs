namespace Mig.Machines.Inventories.Versions;

/// <summary>
/// Orders versions of npm, Go and Cargo. Source: Semantic Versioning 2.0.0, section 11. A leading <c>v</c> is left out, missing numbers are
/// zero.
/// </summary>
public static class SemanticVersion
{
    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = WithoutBuild(left);
        right = WithoutBuild(right);
        ReadOnlySpan<char> leftPre = TakePreRelease(ref left, out bool isLeftPre),
            rightPre = TakePreRelease(ref right, out bool isRightPre);
        int order = CompareNumbers(left, right);
        if (order != 0)
            return order;
        return isLeftPre && isRightPre ? CompareIdentifiers(leftPre, rightPre) : isRightPre.CompareTo(isLeftPre);
    }

    private static ReadOnlySpan<char> WithoutBuild(ReadOnlySpan<char> version)
    {
        int plus = version.IndexOf('+');
        version = plus < 0 ? version : version[..plus];
        return version.Length > 1 && version[0] is 'v' or 'V' ? version[1..] : version;
    }

    private static ReadOnlySpan<char> TakePreRelease(ref ReadOnlySpan<char> version, out bool isThere)
    {
        int dash = version.IndexOf('-');
        isThere = dash >= 0;
        if (!isThere)
            return default;
        ReadOnlySpan<char> identifiers = version[(dash + 1)..];
        version = version[..dash];
        return identifiers;
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            int order = CompareIdentifier(Part(ref left), Part(ref right), isNumber: true);
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static int CompareIdentifiers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int order = CompareIdentifier(Part(ref left), Part(ref right), isNumber: false);
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }

    private static ReadOnlySpan<char> Part(ref ReadOnlySpan<char> text)
    {
        int dot = text.IndexOf('.');
        ReadOnlySpan<char> part = dot < 0 ? text : text[..dot];
        text = dot < 0 ? default : text[(dot + 1)..];
        return part;
    }

    private static int CompareIdentifier(ReadOnlySpan<char> left, ReadOnlySpan<char> right, bool isNumber)
    {
        bool isLeftNumber = Digits.Count(left) == left.Length && (isNumber || !left.IsEmpty),
            isRightNumber = Digits.Count(right) == right.Length && (isNumber || !right.IsEmpty);
        if (isLeftNumber && isRightNumber)
            return Digits.Compare(left, right);
        return isLeftNumber != isRightNumber ? (isLeftNumber ? -1 : 1) : left.SequenceCompareTo(right);
    }
}
