using System.Numerics;

namespace Mig.Catalog.Searching;

/// <summary>A set of versions, each a place in the list that was searched. Bits, from the first word that has one to the last.</summary>
public sealed class VersionSet : IEquatable<VersionSet>
{
    private const int WordBits = 64;

    private readonly int _firstWord;
    private readonly ulong[] _words;

    private VersionSet(int firstWord, ulong[] words)
    {
        _firstWord = firstWord;
        _words = words;
    }

    public static VersionSet Empty { get; } = new(0, []);

    public bool IsEmpty => _words.Length == 0;

    public int Count => _words.Sum(word => BitOperations.PopCount(word));

    /// <summary>The first of them; not for an empty set.</summary>
    public int First => (_firstWord * WordBits) + BitOperations.TrailingZeroCount(_words[0]);

    /// <summary>The versions, ascending.</summary>
    public IEnumerable<int> Versions
    {
        get
        {
            for (int i = 0; i < _words.Length; i++)
            {
                for (ulong rest = _words[i]; rest != 0; rest &= rest - 1)
                    yield return ((_firstWord + i) * WordBits) + BitOperations.TrailingZeroCount(rest);
            }
        }
    }

    public static VersionSet Of(IEnumerable<int> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var union = new VersionUnion();
        foreach (int version in versions)
            union.Add(version);
        return union.ToSet();
    }

    public VersionSet Intersect(VersionSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int first = Math.Max(_firstWord, other._firstWord),
            end = Math.Min(_firstWord + _words.Length, other._firstWord + other._words.Length);
        if (first >= end)
            return Empty;
        ulong[] words = new ulong[end - first];
        for (int i = 0; i < words.Length; i++)
            words[i] = _words[first - _firstWord + i] & other._words[first - other._firstWord + i];
        return Trim(first, words);
    }

    public bool Equals(VersionSet? other) =>
        other is not null && _firstWord == other._firstWord && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as VersionSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_firstWord);
        hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_words.AsSpan()));
        return hash.ToHashCode();
    }

    internal static VersionSet Trim(int firstWord, ReadOnlySpan<ulong> words)
    {
        int start = words.IndexOfAnyExcept(0UL), end = words.LastIndexOfAnyExcept(0UL) + 1;
        return start < 0 ? Empty : new VersionSet(firstWord + start, words[start..end].ToArray());
    }

    internal void AddTo(ref ulong[] words)
    {
        if (words.Length < _firstWord + _words.Length)
            Array.Resize(ref words, Math.Max(_firstWord + _words.Length, words.Length * 2));
        for (int i = 0; i < _words.Length; i++)
            words[_firstWord + i] |= _words[i];
    }
}
