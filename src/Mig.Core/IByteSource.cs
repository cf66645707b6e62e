namespace Mig.Core;

/// <summary>A fixed-length run of bytes that can be read at any offset, from several threads at once.</summary>
public interface IByteSource : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within the source.</exception>
    /// <exception cref="CorruptImageException">The container under the source breaks its format here.</exception>
    void ReadExactly(long offset, Span<byte> destination);

    /// <summary>Returns the ranges that may hold non-zero bytes, ascending and disjoint, cut to <paramref name="within"/>.</summary>
    IEnumerable<ByteRange> GetStoredRanges(ByteRange within);
}
