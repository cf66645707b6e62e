using Microsoft.Win32.SafeHandles;

namespace Mig.Core;

/// <summary>A file of fixed length that is read and written in place. Holes stay holes where nothing is written.</summary>
public sealed class FileTarget : IByteTarget
{
    private readonly SafeFileHandle _handle;
    private readonly FileSource _source;

    private FileTarget(SafeFileHandle handle, FileSource source)
    {
        _handle = handle;
        _source = source;
    }

    public long Length => _source.Length;

    /// <summary>Opens a file or block device for reading and writing.</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is neither a file nor a block device, or may not be changed.</exception>
    public static FileTarget Open(string path)
    {
        FileSource source = FileSource.Open(path);
        try
        {
            return new FileTarget(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), source);
        }
        catch (UnauthorizedAccessException)
        {
            source.Dispose();
            throw new UsageException($"{path} may not be changed by this user");
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Makes a sparse file of zeros in a folder, which has no name and goes when it is closed.</summary>
    public static FileTarget CreateTemporary(string folder, long length)
    {
        string path = Path.Combine(folder, $"mig-{Guid.NewGuid():n}.tmp");
        using (FileStream file = File.Create(path))
            file.SetLength(length);
        try
        {
            return Open(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void ReadExactly(long offset, Span<byte> destination) => _source.ReadExactly(offset, destination);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => _source.GetStoredRanges(within);

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        RandomAccess.Write(_handle, bytes, offset);
    }

    public void Zero(ByteRange range)
    {
        // A hole where the file system makes one, else zeros.
        if (LibC.TryPunchHole(_handle, range))
            return;
        byte[] zeros = new byte[(int)Math.Min(range.Length, 1 << 20)];
        for (long offset = range.Offset; offset < range.End; offset += zeros.Length)
            Write(offset, zeros.AsSpan(0, (int)Math.Min(zeros.Length, range.End - offset)));
    }

    public void Flush() => LibC.Sync(_handle);

    public void Dispose()
    {
        _handle.Dispose();
        _source.Dispose();
    }
}
