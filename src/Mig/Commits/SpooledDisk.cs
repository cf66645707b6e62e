using System.Globalization;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Commits;

/// <summary>
/// A disk that comes as a stream, kept in the repository's folder until it is read: a disk is read at any place, and more than once. The file has no name from the
/// beginning, so nothing is left of it, however the program ends.
/// </summary>
internal sealed class SpooledDisk : IDisposable
{
    /// <summary>What stands for a stream among the names of disks.</summary>
    public const string Name = "-";

    /// <summary>What the disk is called in the image.</summary>
    public const string DiskName = "disk.raw";

    private const int BufferSize = 1 << 20;
    private const int HoleSize = 1 << 16;

    private readonly FileStream _file;

    private SpooledDisk(FileStream file) => _file = file;

    /// <summary>The way to it, for this process alone.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}");

    /// <exception cref="IOException">There is no space for it, or the stream broke off.</exception>
    public static SpooledDisk Read(string folder, Stream input, IProgressSink progress, CancellationToken cancellation)
    {
        string path = System.IO.Path.Combine(folder, TemporaryName.Create("input"));
        var spooled = new SpooledDisk(new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        try
        {
            HostFiles.Delete(path);
            spooled.Fill(input, progress, cancellation);
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    // Zeros become holes: a machine's disk is mostly empty.
    private void Fill(Stream input, IProgressSink progress, CancellationToken cancellation)
    {
        progress.Begin("standard input", 0);
        byte[] buffer = new byte[BufferSize];
        long offset = 0;
        for (int count; (count = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; offset += count)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int at = 0; at < count; at += HoleSize)
            {
                ReadOnlySpan<byte> part = buffer.AsSpan(at, Math.Min(HoleSize, count - at));
                if (!ZeroBytes.IsZero(part))
                    RandomAccess.Write(_file.SafeFileHandle, part, offset + at);
            }

            progress.Advance(count);
        }

        if (offset == 0)
            throw new UsageException("standard input is empty; a disk was to come from there");
        RandomAccess.SetLength(_file.SafeFileHandle, offset);
    }
}
