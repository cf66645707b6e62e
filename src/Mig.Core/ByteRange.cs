namespace Mig.Core;

/// <summary>A half-open range of bytes: <c>[Offset, Offset + Length)</c>.</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>First offset after the range.</summary>
    public long End => Offset + Length;

    public bool IsEmpty => Length <= 0;

    public static ByteRange FromBounds(long offset, long end) => new(offset, end - offset);

    /// <summary>Returns the part that both ranges share; its length is 0 when there is none.</summary>
    public ByteRange Intersect(ByteRange other)
    {
        long offset = Math.Max(Offset, other.Offset);
        long end = Math.Min(End, other.End);
        return new ByteRange(offset, Math.Max(0, end - offset));
    }

    public bool Contains(ByteRange other) => other.Offset >= Offset && other.End <= End;

    public override string ToString() => $"[{Offset}..{End})";
}
