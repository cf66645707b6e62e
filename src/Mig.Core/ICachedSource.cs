namespace Mig.Core;

/// <summary>
/// A source that keeps in memory what it read last, and can say so: for whoever answers many at once and must not let one wait for another.
/// </summary>
public interface ICachedSource : IByteSource
{
    /// <summary>
    /// Fills <paramref name="destination"/> from <paramref name="offset"/> if that needs no disk, no decompression and no other machine.
    /// </summary>
    /// <returns>False when it does; then the destination holds anything.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within the source.</exception>
    bool TryRead(long offset, Span<byte> destination);

    /// <summary>Brings a range into memory, as far as there is room.</summary>
    void Prepare(ByteRange range);
}
