using Mig.Core;

namespace Mig.Exchange.Traces;

/// <summary>A part of a disk that a start read, in blocks of <see cref="BootTrace.BlockSize"/>.</summary>
/// <param name="Disk">Which disk of the version, counted from 0.</param>
/// <param name="First">The first block.</param>
/// <param name="Count">How many there are, at most <see cref="BootTrace.MostRunBlocks"/>.</param>
public readonly record struct TraceRange(int Disk, long First, int Count)
{
    /// <summary>Returns its bytes on a disk of a length, which may end in the last block.</summary>
    public ByteRange GetBytes(long length) =>
        new ByteRange(First * BootTrace.BlockSize, (long)Count * BootTrace.BlockSize).Intersect(new ByteRange(0, length));
}
