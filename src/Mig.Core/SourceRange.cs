namespace Mig.Core;

/// <summary>The range check that every <see cref="IByteSource"/> makes before it reads.</summary>
public static class SourceRange
{
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within a source of <paramref name="sourceLength"/>
    /// bytes.</exception>
    public static void Check(long offset, int length, long sourceLength)
    {
        if (offset < 0 || offset > sourceLength - length)
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"bytes {offset}..{offset + length} do not lie within {sourceLength} bytes");
    }
}
