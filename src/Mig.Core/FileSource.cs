using System.ComponentModel;
using Mig.Core.Host;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core;

/// <summary>A file or block device as bytes; the holes of a sparse file are not stored ranges.</summary>
public sealed partial class FileSource : IByteSource
{
    private readonly SafeFileHandle _handle;
    private readonly FileWatch? _watch;
    private bool _isOwn;

    private FileSource(SafeFileHandle handle, string path, string name, long length, bool isBlockDevice, bool isWatched)
    {
        _handle = handle;
        _watch = isWatched ? FileWatch.Begin(path, handle, isBlockDevice ? FileType.BlockDevice : FileType.Regular) : null;
        Path = name;
        Length = length;
        IsBlockDevice = isBlockDevice;
    }

    /// <summary>What the file is called.</summary>
    public string Path { get; }

    public long Length { get; }

    public bool IsBlockDevice { get; }

    /// <summary>Opens a file or block device for reading.</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is neither a file nor a block device.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FileSource Open(string path) => Open(path, path, isWatched: false);

    /// <summary>
    /// Opens a file or block device for reading, to be asked later whether somebody wrote to it. Waits for a moment when it was written to
    /// just now.
    /// </summary>
    /// <param name="name">What to call it, where its path is one that no user knows; null for its path.</param>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is neither a file nor a block device.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FileSource OpenWatched(string path, string? name = null) => Open(path, name ?? path, isWatched: true);

    private static FileSource Open(string path, string name, bool isWatched)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileType type = LibC.LookAt(path);
        if (type == FileType.Missing)
            throw new NotFoundException($"{name} does not exist");
        if (type is not (FileType.Regular or FileType.BlockDevice))
            throw new UsageException($"{name} is neither a file nor a block device; give a disk image");
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NotFoundException($"{name} does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UnauthorizedAccessException($"{name} may not be read by this user");
        }

        long length = LibC.Seek(handle, 0, LibC.SeekEnd); // the size of files and of block devices alike
        if (length < 0)
        {
            handle.Dispose();
            throw new IOException($"{name}: the size cannot be found");
        }

        return new FileSource(handle, path, name, length, type == FileType.BlockDevice, isWatched);
    }

    /// <summary>A file that is open already, and that nobody else writes to; closing either closes both.</summary>
    /// <param name="name">What to call it; null for its path.</param>
    public static FileSource Of(HostFile file, long length, string? name = null) =>
        new(file.Handle, file.Path, name ?? file.Path, length, isBlockDevice: false, isWatched: false) { _isOwn = true };

    /// <exception cref="ChangedFileException">The file has become shorter.</exception>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        FileFault.Check(FileStep.Read, Path);
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
                throw BecameShorter(offset);
            destination = destination[read..];
            offset += read;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange range = within.Intersect(new ByteRange(0, Length));
        long position = range.Offset;
        while (position < range.End)
        {
            long data = LibC.Seek(_handle, position, LibC.SeekData);
            if (data < 0 && LibC.LastError == Errno.NoDevice)
            {
                CheckLength();
                yield break; // only a hole is left
            }

            if (data < 0)
            {
                // The file system or device cannot say where its holes are.
                yield return ByteRange.FromBounds(position, range.End);
                yield break;
            }

            if (data >= range.End)
                yield break;
            long hole = LibC.Seek(_handle, data, LibC.SeekHole);
            if (hole < 0)
                hole = range.End;
            yield return ByteRange.FromBounds(data, Math.Min(hole, range.End));
            position = hole;
        }
    }

    /// <summary>Returns what is different from when the file was opened, without a full stop; null when nobody wrote to it.</summary>
    /// <exception cref="InvalidOperationException">It was not opened by <see cref="OpenWatched"/>.</exception>
    public string? FindChange() =>
        _isOwn ? null : (_watch ?? throw new InvalidOperationException($"{Path} was not opened to be watched")).FindChange();

    /// <exception cref="ChangedFileException">Somebody wrote to the file since it was opened.</exception>
    public void CheckUnchanged()
    {
        if (FindChange() is { } change)
            throw new ChangedFileException(Path, change);
    }

    /// <summary>Tells whether another program holds a lock of fcntl(2) on a byte of the file.</summary>
    public bool IsLocked(long offset) => LibC.IsLocked(_handle, offset);

    public void Dispose() => _handle.Dispose();

    // What a shrinking file has lost must not pass for a hole.
    private void CheckLength()
    {
        long length = LibC.Seek(_handle, 0, LibC.SeekEnd);
        if (length < Length)
            throw BecameShorter(length);
    }

    private ChangedFileException BecameShorter(long end) => new(Path, $"it had {Length} bytes, and ends at {end} now");
}
