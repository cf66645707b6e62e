using Mig.Core;
using Mig.Core.Compression;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>Opens a disk that is compressed as a whole: <c>disk.raw.gz</c>, <c>disk.qcow2.xz</c>. It is decompressed into a file without a name, which is gone when it is closed.</summary>
internal static class CompressedDisk
{
    private const int BufferSize = 1 << 20;
    private const int BlockSize = 4096; // what is zero in such a block becomes a hole
    private const long SpaceInterval = 32L << 20;
    private const long SpaceReserve = 64L << 20;

    /// <summary>Opens it, and takes over <paramref name="file"/>.</summary>
    /// <param name="container">The format of what is inside; null to find it by content.</param>
    /// <exception cref="CorruptImageException">The data is damaged or ends early, or is more than is allowed.</exception>
    public static DiskImage Open(FileSource file, CompressedFormat compression, string? container, Limits limits, DiskOpenOptions options)
    {
        FileSource content = Decompress(file, compression, limits, options);
        try
        {
            DiskImage inner = DiskFormats.OpenContainer(content, container, limits, options);
            var whole = new ConcatenatedSource([inner.Content], [inner, file]);
            return new DiskImage(file.Path, $"{inner.Format}+{compression.Name}", whole, [file, .. inner.Sources.Skip(1)], inner) { ContentId = inner.ContentId, Name = compression.TrimSuffix(inner.Name) };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static FileSource Decompress(FileSource file, CompressedFormat compression, Limits limits, DiskOpenOptions options)
    {
        options.Progress.Begin($"decompressing {Path.GetFileName(file.Path)}", file.Length);
        HostFile target = CreateUnnamed(options.TemporaryFolder, out string folder);
        long length = 0;
        try
        {
            using var source = new SourceStream(file, options.Progress.Advance);
            using Stream content = compression.Open(source);
            byte[] buffer = new byte[BufferSize];
            var space = new DriveInfo(folder);
            long written = SpaceInterval;
            while (content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is var read and > 0)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                if (length == 0 && ForeignFormats.Find(buffer.AsSpan(0, read)) is { } foreign)
                    throw new UnsupportedFeatureException(foreign.Name, $"{file.Path} holds one, compressed as {compression.Name}; decompress it with '{compression.Program} -d' and {foreign.Advice}");
                if (read > limits.MaxDecompressedBytes - length)
                    throw new CorruptImageException("DISK-002", $"{file.Path} decompresses to more than {limits.MaxDecompressedBytes} bytes, the most allowed; if the disk is really so long, raise core.maxDecompressed");
                for (int at = 0; ZeroRuns.TryNext(buffer.AsSpan(0, read), length, BlockSize, ref at, out Range run);)
                {
                    (int start, int runLength) = run.GetOffsetAndLength(read);
                    if ((written += runLength) >= SpaceInterval)
                    {
                        if (space.AvailableFreeSpace < SpaceReserve + SpaceInterval)
                            throw new IOException($"{file.Path} needs more room than {folder} has, where it is decompressed: no space left on device") { HResult = Errno.NoSpace };
                        written = 0;
                    }

                    target.Write(buffer.AsSpan(start, runLength), length + start);
                }

                length += read;
            }

            target.SetLength(length);
            return FileSource.Of(target, length, file.Path);
        }
        catch (InvalidDataException e)
        {
            target.Dispose();
            // What looks damaged may only be half written.
            if (options.IsWatched)
                file.CheckUnchanged();
            throw new CorruptImageException("DISK-001", $"{file.Path} cannot be decompressed after {length} bytes: {e.Message}; '{compression.Program} -t' says the same of a damaged file. To keep the file as it is, force --input-format raw", e);
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private static HostFile CreateUnnamed(string? wanted, out string folder)
    {
        folder = wanted is not null && Directory.Exists(wanted) ? wanted : Path.GetTempPath();
        try
        {
            return HostFile.CreateUnnamed(folder, "disk");
        }
        catch (IOException e) when (wanted is not null && e.HResult is Errno.AccessDenied or Errno.NotPermitted or Errno.ReadOnly)
        {
            return CreateUnnamed(null, out folder);
        }
    }
}
