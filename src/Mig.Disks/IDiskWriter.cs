using Mig.Core;

namespace Mig.Disks;

/// <summary>
/// Writes a new disk in some format. Nothing stands under the final name before <see cref="Complete"/>; disposing without it removes every
/// trace.
/// </summary>
public interface IDiskWriter : IDisposable
{
    /// <summary>Length of the disk in bytes, as given at creation.</summary>
    long Length { get; }

    /// <summary>
    /// True when writes must come in ascending order, disjoint, from one thread (compressed and streamed containers); else they may come in
    /// any order from several threads, on disjoint ranges.
    /// </summary>
    bool IsSequential { get; }

    /// <summary>
    /// Tells of a range that will be written, in the order of the disk: a writer that places content as it comes can then place it in that
    /// order.
    /// </summary>
    void Expect(ByteRange range)
    {
    }

    /// <summary>Writes content; ranges never written read as zeros and take no space where the format allows it.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Writes tables and footers, and puts the files under their final names.</summary>
    void Complete();
}
