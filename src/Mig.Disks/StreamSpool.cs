using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>
/// Keeps what comes as a stream in a file without a name: a disk is read at any place, and more than once. What is zero becomes holes,
/// since a machine's disk is mostly empty.
/// </summary>
public static class StreamSpool
{
    private const int BufferSize = 1 << 20;
    private const int BlockSize = 4096; // what is zero in such a block becomes a hole
    private const long SpaceInterval = 32L << 20;
    private const long SpaceReserve = 64L << 20;

    /// <summary>Looks at a piece before it is written; what it throws ends all.</summary>
    /// <param name="piece">Bytes of the stream.</param>
    /// <param name="offset">Where they begin in it.</param>
    public delegate void Look(ReadOnlySpan<byte> piece, long offset);

    /// <summary>Copies a stream to its end.</summary>
    /// <param name="target">A file of <paramref name="folder"/>; not owned.</param>
    /// <param name="name">What the stream is called, in messages.</param>
    /// <returns>Bytes.</returns>
    /// <exception cref="IOException">The file system of the folder would be full; some room is left to others.</exception>
    public static long Copy(Stream source, HostFile target, string folder, string name, Look look, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(look);
        byte[] buffer = new byte[BufferSize];
        var space = new DriveInfo(folder);
        long length = 0, written = SpaceInterval;
        for (int count; (count = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; length += count)
        {
            cancellation.ThrowIfCancellationRequested();
            look(buffer.AsSpan(0, count), length);
            for (int at = 0; ZeroRuns.TryNext(buffer.AsSpan(0, count), length, BlockSize, ref at, out Range run);)
            {
                (int start, int runLength) = run.GetOffsetAndLength(count);
                if ((written += runLength) >= SpaceInterval)
                {
                    if (space.AvailableFreeSpace < SpaceReserve + SpaceInterval)
                        throw new IOException(
                            $"{name} needs more room than {folder} has, where it is kept while it is read: no space left on "
                                + "device")
                        { HResult = Errno.NoSpace };
                    written = 0;
                }

                target.Write(buffer.AsSpan(start, runLength), length + start);
            }
        }

        target.SetLength(length);
        return length;
    }
}
