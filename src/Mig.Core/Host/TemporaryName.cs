using System.Buffers;

namespace Mig.Core.Host;

/// <summary>
/// Names of files that exist while they are written: a word, a dash and 32 digits, so that nothing else is ever taken for one.
/// </summary>
public static class TemporaryName
{
    private const int Digits = 32;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <param name="what">What it will hold, in lower-case letters.</param>
    /// <returns>A name that no other process uses.</returns>
    public static string Create(string what) => $"{what}-{Guid.NewGuid():N}";

    /// <summary>Tells whether a name is one of ours.</summary>
    public static bool IsOne(ReadOnlySpan<char> name)
    {
        int dash = name.Length - Digits - 1;
        return dash > 0 && name[dash] == '-'
            && !name[..dash].ContainsAnyExceptInRange('a', 'z')
            && !name[(dash + 1)..].ContainsAnyExcept(Hexadecimal);
    }
}
