namespace Mig.Machines.Inventories.Versions;

/// <summary>Numbers inside versions, of any length.</summary>
internal static class Digits
{
    /// <summary>How many digits the text begins with.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    /// <summary>Compares two numbers; no digit at all is zero.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }
}
