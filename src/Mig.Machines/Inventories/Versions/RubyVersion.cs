namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of gems. Source: Gem::Version of RubyGems.</summary>
public static class RubyVersion
{
    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(string left, string right)
    {
        List<string> first = Split(left), second = Split(right);
        for (int i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            string one = i < first.Count ? first[i] : "0", two = i < second.Count ? second[i] : "0";
            bool isOneNumber = char.IsAsciiDigit(one[0]), isTwoNumber = char.IsAsciiDigit(two[0]);

            // A word makes a pre-release.
            int order = isOneNumber && isTwoNumber ? Digits.Compare(one, two) : isOneNumber != isTwoNumber
                ? isOneNumber.CompareTo(isTwoNumber) : string.CompareOrdinal(one, two);
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static List<string> Split(string version)
    {
        var numbers = new List<string>();
        var rest = new List<string>();
        ReadOnlySpan<char> text = version.Replace("-", ".pre.", StringComparison.Ordinal);
        while (!text.IsEmpty)
        {
            int length = Digits.Count(text);
            bool isNumber = length > 0;
            while (!isNumber && length < text.Length && char.IsAsciiLetter(text[length]))
                length++;
            if (length > 0)
                (isNumber && rest.Count == 0 ? numbers : rest).Add(text[..length].ToString());
            text = text[Math.Max(length, 1)..];
        }

        DropZeros(numbers);
        DropZeros(rest);
        numbers.AddRange(rest);
        return numbers;
    }

    private static void DropZeros(List<string> segments)
    {
        while (segments.Count > 0 && segments[^1].AsSpan().TrimStart('0').IsEmpty)
            segments.RemoveAt(segments.Count - 1);
    }
}
