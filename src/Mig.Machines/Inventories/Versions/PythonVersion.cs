namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of Python distributions. Source: PEP 440. What is no version by it is older than all that are.</summary>
public static class PythonVersion
{
    private static readonly (string Text, int Rank)[] PreReleases =
        [("alpha", 0), ("beta", 1), ("preview", 2), ("pre", 2), ("rc", 2), ("a", 0), ("b", 1), ("c", 2)];

    // A version before its own pre-releases, when it is for developers only; and one after them.
    private const int BeforePreReleases = -1, AfterPreReleases = 3;

    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(string left, string right)
    {
        Parts? first = Parse(left), second = Parse(right);
        if (first is null || second is null)
            return first is null && second is null ? string.CompareOrdinal(left, right) : first is null ? -1 : 1;
        int order = Digits.Compare(first.Epoch, second.Epoch);
        order = order != 0 ? order : CompareReleases(first.Release, second.Release);
        order = order != 0 ? order : first.PreRank.CompareTo(second.PreRank);
        order = order != 0 ? order : Digits.Compare(first.PreNumber, second.PreNumber);
        order = order != 0 ? order : CompareOptional(first.Post, second.Post, whenMissing: -1);
        order = order != 0 ? order : CompareOptional(first.Dev, second.Dev, whenMissing: 1);
        return order != 0 ? order : CompareLocal(first.Local, second.Local);
    }

    private static int CompareReleases(string[] left, string[] right)
    {
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            int order = Digits.Compare(i < left.Length ? left[i] : "", i < right.Length ? right[i] : "");
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static int CompareOptional(string? left, string? right, int whenMissing)
    {
        if (left is null || right is null)
            return left == right ? 0 : left is null ? whenMissing : -whenMissing;
        return Digits.Compare(left, right);
    }

    private static int CompareLocal(string[] left, string[] right)
    {
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            bool isLeftNumber = Digits.Count(left[i]) == left[i].Length, isRightNumber = Digits.Count(right[i]) == right[i].Length;
            int order = isLeftNumber && isRightNumber ? Digits.Compare(left[i], right[i]) : isLeftNumber != isRightNumber
                ? isLeftNumber.CompareTo(isRightNumber) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }

    private static Parts? Parse(string version)
    {
        ReadOnlySpan<char> rest = version.Trim().ToLowerInvariant();
        if (rest.StartsWith("v"))
            rest = rest[1..];
        string[] local = [];
        if (rest.IndexOf('+') is >= 0 and int plus)
        {
            local = rest[(plus + 1)..].ToString().Split('.', '-', '_');
            rest = rest[..plus];
        }

        string epoch = "";
        if (Digits.Count(rest) is > 0 and int digits && digits < rest.Length && rest[digits] == '!')
        {
            epoch = rest[..digits].ToString();
            rest = rest[(digits + 1)..];
        }

        var release = new List<string>();
        while (Digits.Count(rest) is > 0 and int length)
        {
            release.Add(rest[..length].ToString());
            rest = rest[length..];
            if (rest.Length < 2 || rest[0] != '.' || !char.IsAsciiDigit(rest[1]))
                break;
            rest = rest[1..];
        }

        if (release.Count == 0)
            return null;
        (int rank, string number) = TakePreRelease(ref rest);
        string? post = rest.Length > 1 && rest[0] == '-' && char.IsAsciiDigit(rest[1]) ? TakeNumber(ref rest)
            : TakeTagged(ref rest, "post", "rev", "r");
        string? dev = TakeTagged(ref rest, "dev");
        if (!rest.IsEmpty)
            return null;
        if (rank == AfterPreReleases && post is null && dev is not null)
            rank = BeforePreReleases;
        return new Parts(epoch, [.. release], rank, number, post, dev, local);
    }

    private static (int Rank, string Number) TakePreRelease(ref ReadOnlySpan<char> rest)
    {
        foreach ((string text, int rank) in PreReleases)
        {
            if (TakeTagged(ref rest, text) is { } number)
                return (rank, number);
        }

        return (AfterPreReleases, "");
    }

    // Such as "post2", ".post-2" or "post".
    private static string? TakeTagged(ref ReadOnlySpan<char> rest, params ReadOnlySpan<string> tags)
    {
        ReadOnlySpan<char> text = rest.TrimStart("-_.");
        if (rest.Length - text.Length > 1)
            return null;
        foreach (string tag in tags)
        {
            if (text.StartsWith(tag, StringComparison.Ordinal))
            {
                rest = text[tag.Length..];
                return TakeNumber(ref rest);
            }
        }

        return null;
    }

    private static string TakeNumber(ref ReadOnlySpan<char> rest)
    {
        int gap = rest.Length > 1 && rest[0] is '-' or '_' or '.' && char.IsAsciiDigit(rest[1]) ? 1 : 0;
        int length = Digits.Count(rest[gap..]);
        string number = rest.Slice(gap, length).ToString();
        rest = rest[(gap + length)..];
        return number;
    }

    private sealed record Parts(string Epoch, string[] Release, int PreRank, string PreNumber, string? Post, string? Dev, string[] Local);
}
