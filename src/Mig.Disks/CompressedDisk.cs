using Mig.Archives.Compression;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>
/// Opens a disk that is compressed as a whole: <c>disk.raw.gz</c>, <c>disk.qcow2.xz</c>. It is decompressed into a file without a name,
/// which is gone when it is closed.
/// </summary>
internal static class CompressedDisk
{
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
            return new DiskImage(file.Path, $"{inner.Format}+{compression.Name}", whole, [file, .. inner.Sources.Skip(1)],
                inner)
            { ContentId = inner.ContentId, Name = compression.TrimSuffix(inner.Name) };
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
            StreamSpool.Copy(content, target, folder, file.Path, (piece, offset) =>
            {
                if (offset == 0 && ForeignFormats.Find(piece) is { } foreign)
                    throw new UnsupportedFeatureException(
                        foreign.Name,
                        $"{file.Path} holds one, compressed as {compression.Name}; decompress it with '{compression.Program} -d' and "
                        + $"{foreign.Advice}");
                if (piece.Length > limits.MaxDecompressedBytes - offset)
                    throw new CorruptImageException(
                        "DISK-002",
                        $"{file.Path} decompresses to more than {limits.MaxDecompressedBytes} bytes, the most allowed; if the disk is "
                        + "really so long, raise core.maxDecompressed");
                length = offset + piece.Length;
            }, options.Cancellation);
            return FileSource.Of(target, length, file.Path);
        }
        catch (InvalidDataException e)
        {
            target.Dispose();
            // What looks damaged may only be half written.
            if (options.IsWatched)
                file.CheckUnchanged();
            throw new CorruptImageException(
                "DISK-001",
                $"{file.Path} cannot be decompressed after {length} bytes: {e.Message}; '{compression.Program} -t' says the same of a "
                + "damaged file. To keep the file as it is, force --input-format raw", e);
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
