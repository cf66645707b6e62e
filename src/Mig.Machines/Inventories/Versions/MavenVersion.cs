namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions of Java artifacts. Source: Maven's POM reference, "Version Order Specification".</summary>
public static class MavenVersion
{
    private static readonly string[] Qualifiers = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

    /// <inheritdoc cref="VersionOrder.Compare"/>
    public static int Compare(string left, string right)
    {
        List<Token> first = Split(left), second = Split(right);
        for (int i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            Token one = i < first.Count ? first[i] : Token.Nothing(second[i]), two = i < second.Count ? second[i] : Token.Nothing(first[i]);
            int order = Compare(one, two);
            if (order != 0)
                return order;
        }

        return 0;
    }

    // A qualifier comes before a number, a number after a hyphen before one after a dot.
    private static int Compare(Token left, Token right)
    {
        if (left.IsNumber != right.IsNumber)
            return left.IsNumber ? 1 : -1;
        if (left.IsNumber)
            return left.IsAfterDot != right.IsAfterDot ? (left.IsAfterDot ? 1 : -1) : Digits.Compare(left.Text, right.Text);
        int rank = Rank(left.Text).CompareTo(Rank(right.Text));
        return rank != 0 ? rank : string.CompareOrdinal(left.Text, right.Text);
    }

    private static int Rank(string qualifier)
    {
        int rank = Array.IndexOf(Qualifiers, qualifier);
        return rank < 0 ? Qualifiers.Length : rank;
    }

    private static List<Token> Split(string version)
    {
        var tokens = new List<Token>();
        ReadOnlySpan<char> rest = version.ToLowerInvariant();
        bool isAfterDot = true;
        while (true)
        {
            int length = Digits.Count(rest);
            bool isNumber = length > 0;
            while (!isNumber && length < rest.Length && rest[length] is not ('.' or '-' or '_') && !char.IsAsciiDigit(rest[length]))
                length++;
            bool isBeforeDigit = length < rest.Length && char.IsAsciiDigit(rest[length]);
            tokens.Add(length == 0 ? new Token(isAfterDot, true, "0") : new Token(
                isAfterDot, isNumber, isNumber ? rest[..length].ToString() : Normalize(rest[..length].ToString(), isBeforeDigit)));
            rest = rest[length..];
            if (rest.IsEmpty)
                break;
            bool isSeparator = rest[0] is '.' or '-' or '_';
            isAfterDot = rest[0] == '.';
            rest = isSeparator ? rest[1..] : rest;
        }

        // What means nothing is left out at the end, and before each hyphen.
        for (int i = tokens.Count - 1; i > 0; i--)
        {
            if (tokens[i].IsNull && (i == tokens.Count - 1 || !tokens[i + 1].IsAfterDot))
                tokens.RemoveAt(i);
        }

        return tokens;
    }

    private static string Normalize(string qualifier, bool isBeforeDigit) => (qualifier, isBeforeDigit) switch
    {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("cr", _) => "rc",
        ("final" or "ga" or "release", _) => "",
        _ => qualifier,
    };

    private readonly record struct Token(bool IsAfterDot, bool IsNumber, string Text)
    {
        public bool IsNull => IsNumber ? Text.AsSpan().TrimStart('0').IsEmpty : string.IsNullOrEmpty(Text);

        public static Token Nothing(Token other) => new(other.IsAfterDot, other.IsNumber, other.IsNumber ? "0" : "");
    }
}
