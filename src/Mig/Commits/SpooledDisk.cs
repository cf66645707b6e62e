using Mig.Core;
using Mig.Core.Host;

namespace Mig.Commits;

/// <summary>
/// Keeps a disk that comes as a stream in the repository's folder until it is read: a disk is read at any place, and more than once. The file has no name from the
/// beginning, so nothing is left of it, however the program ends.
/// </summary>
internal static class SpooledDisk
{
    /// <summary>What stands for a stream among the names of disks.</summary>
    public const string Name = "-";

    /// <summary>What the disk is called in the image.</summary>
    public const string DiskName = "disk.raw";

    private const int BufferSize = 1 << 20;
    private const int HoleSize = 1 << 16;

    /// <returns>Disposing it frees the space.</returns>
    /// <exception cref="IOException">There is no space for it, or the stream broke off.</exception>
    public static FileSource Read(string folder, Stream input, IProgressSink progress, CancellationToken cancellation)
    {
        HostFile file = HostFile.CreateUnnamed(folder, "input");
        try
        {
            long length = Fill(file, input, progress, cancellation);
            return length > 0 ? FileSource.Of(file, length, "standard input") : throw new UsageException("standard input is empty; a disk was to come from there");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Zeros become holes: a machine's disk is mostly empty.
    private static long Fill(HostFile file, Stream input, IProgressSink progress, CancellationToken cancellation)
    {
        progress.Begin("standard input", 0);
        byte[] buffer = new byte[BufferSize];
        long length = 0;
        for (int count; (count = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; length += count)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int at = 0; at < count; at += HoleSize)
            {
                ReadOnlySpan<byte> part = buffer.AsSpan(at, Math.Min(HoleSize, count - at));
                if (!ZeroBytes.IsZero(part))
                    file.Write(part, length + at);
            }

            progress.Advance(count);
        }

        file.SetLength(length);
        return length;
    }
}
