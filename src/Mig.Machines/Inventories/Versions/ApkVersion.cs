namespace Mig.Machines.Inventories.Versions;

/// <summary>
/// Orders versions of Alpine packages: numbers with dots, a letter, suffixes such as <c>_rc1</c> or <c>_p2</c>, a release such as
/// <c>-r3</c>. Source: apk-package(5), "pkgver"; apk-tools 2 decides where the text leaves it open.
/// </summary>
public static class ApkVersion
{
    private static readonly string[] PreSuffixes = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] PostSuffixes = ["cvs", "svn", "git", "hg", "p"];

    // In the order in which they can follow each other; a version that ends earlier is the older one.
    private enum Part
    {
        Invalid = -1,
        DigitOrZero,
        Digit,
        Letter,
        Suffix,
        SuffixNumber,
        Revision,
        End,
    }

    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Part leftPart = Part.Digit, rightPart = Part.Digit;
        long leftValue = 0, rightValue = 0;
        while (leftPart == rightPart && leftPart is not (Part.End or Part.Invalid) && leftValue == rightValue)
        {
            leftValue = Take(ref leftPart, ref left);
            rightValue = Take(ref rightPart, ref right);
        }

        if (leftValue != rightValue)
            return leftValue.CompareTo(rightValue);
        if (leftPart == rightPart)
            return 0;
        if (IsPreRelease(leftPart, left))
            return -1;
        if (IsPreRelease(rightPart, right))
            return 1;
        return ((int)rightPart).CompareTo((int)leftPart);
    }

    private static bool IsPreRelease(Part part, ReadOnlySpan<char> rest) => part == Part.Suffix && Take(ref part, ref rest) < 0;

    // Returns the value of a part, and says what comes after it.
    private static long Take(ref Part part, ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            part = Part.End;
            return 0;
        }

        int length = 1;
        long value = -1;
        bool isZeros = false;
        switch (part)
        {
            case Part.DigitOrZero when text[0] == '0':
                // 1.01 is older than 1.1: each leading zero counts.
                length = text.Length - text.TrimStart('0').Length;
                value = -length;
                isZeros = true;
                break;
            case Part.DigitOrZero or Part.Digit or Part.SuffixNumber or Part.Revision:
                length = Digits.Count(text);
                if (length >= 18 || (length > 0 && !long.TryParse(text[..length], out value)))
                    return Invalid(out part);
                value = length == 0 ? 0 : value;
                break;
            case Part.Letter:
                value = text[0];
                break;
            case Part.Suffix when TryTakeSuffix(text, out value, out length):
                break;
            default:
                return Invalid(out part);
        }

        text = text[length..];
        if (text.IsEmpty)
            part = Part.End;
        else if (isZeros)
            part = Part.Digit;
        else
            part = Next(part, ref text);
        return value;
    }

    private static long Invalid(out Part part)
    {
        part = Part.Invalid;
        return -1;
    }

    private static bool TryTakeSuffix(ReadOnlySpan<char> text, out long value, out int length)
    {
        (string[] Suffixes, int Base)[] groups = [(PreSuffixes, -PreSuffixes.Length), (PostSuffixes, 0)];
        foreach ((string[] suffixes, int first) in groups)
        {
            for (int i = 0; i < suffixes.Length; i++)
            {
                if (text.StartsWith(suffixes[i], StringComparison.Ordinal))
                {
                    (value, length) = (first + i, suffixes[i].Length);
                    return true;
                }
            }
        }

        (value, length) = (0, 0);
        return false;
    }

    private static Part Next(Part part, ref ReadOnlySpan<char> text)
    {
        Part next;
        if (part is Part.Digit or Part.DigitOrZero && char.IsAsciiLetterLower(text[0]))
        {
            next = Part.Letter;
        }
        else if (part == Part.Letter && char.IsAsciiDigit(text[0]))
        {
            next = Part.Digit;
        }
        else if (part == Part.Suffix && char.IsAsciiDigit(text[0]))
        {
            next = Part.SuffixNumber;
        }
        else
        {
            next = text[0] switch
            {
                '.' => Part.DigitOrZero,
                '_' => Part.Suffix,
                '-' when text.Length > 1 && text[1] == 'r' => Part.Revision,
                _ => Part.Invalid,
            };
            text = text[(next == Part.Revision ? 2 : 1)..];
        }

        bool mayGoBack = (next, part) is (Part.DigitOrZero, Part.Digit) or (Part.Suffix, Part.SuffixNumber) or (Part.Digit, Part.Letter);
        return next < part && !mayGoBack ? Part.Invalid : next;
    }
}
