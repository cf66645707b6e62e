namespace Mig.Core;

/// <summary>Operations on sequences of ranges that are ascending and disjoint; so are the results.</summary>
public static class ByteRanges
{
    /// <summary>Sorts ranges that may overlap or touch, and joins those that do.</summary>
    public static IEnumerable<ByteRange> Normalize(IEnumerable<ByteRange> ranges)
    {
        ByteRange current = default;
        foreach (ByteRange range in ranges.Where(range => !range.IsEmpty).OrderBy(range => range.Offset))
        {
            if (current.IsEmpty)
            {
                current = range;
            }
            else if (range.Offset <= current.End)
            {
                current = ByteRange.FromBounds(current.Offset, Math.Max(current.End, range.End));
            }
            else
            {
                yield return current;
                current = range;
            }
        }

        if (!current.IsEmpty)
            yield return current;
    }

    /// <summary>Returns what of <paramref name="from"/> is not in <paramref name="what"/>.</summary>
    public static IEnumerable<ByteRange> Subtract(IEnumerable<ByteRange> from, IEnumerable<ByteRange> what)
    {
        using IEnumerator<ByteRange> minus = what.GetEnumerator();
        bool hasMinus = minus.MoveNext();
        foreach (ByteRange range in from)
        {
            long position = range.Offset;
            while (hasMinus && minus.Current.Offset < range.End)
            {
                if (minus.Current.Offset > position)
                    yield return ByteRange.FromBounds(position, minus.Current.Offset);
                position = Math.Max(position, minus.Current.End);
                if (minus.Current.End > range.End)
                    break;
                hasMinus = minus.MoveNext();
            }

            if (position < range.End)
                yield return ByteRange.FromBounds(position, range.End);
        }
    }

    /// <summary>Returns what is in both.</summary>
    public static IEnumerable<ByteRange> Intersect(IEnumerable<ByteRange> left, IEnumerable<ByteRange> right)
    {
        using IEnumerator<ByteRange> a = left.GetEnumerator(), b = right.GetEnumerator();
        bool hasBoth = a.MoveNext() && b.MoveNext();
        while (hasBoth)
        {
            ByteRange shared = a.Current.Intersect(b.Current);
            if (!shared.IsEmpty)
                yield return shared;
            hasBoth = a.Current.End < b.Current.End ? a.MoveNext() : b.MoveNext();
        }
    }
}
