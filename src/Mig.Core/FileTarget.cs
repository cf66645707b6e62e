using Mig.Core.Host;

namespace Mig.Core;

/// <summary>A file of fixed length that is read and written in place. Holes stay holes where nothing is written.</summary>
public sealed class FileTarget : IByteTarget
{
    private readonly HostFile _file;
    private readonly FileSource _source;

    private FileTarget(HostFile file, FileSource source)
    {
        _file = file;
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
            return new FileTarget(HostFile.OpenWrite(path), source);
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
        HostFile file = HostFile.CreateUnnamed(folder, "scratch");
        try
        {
            file.SetLength(length);
            return new FileTarget(file, FileSource.Of(file, length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void ReadExactly(long offset, Span<byte> destination) => _source.ReadExactly(offset, destination);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => _source.GetStoredRanges(within);

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        _file.Write(bytes, offset);
    }

    public void Zero(ByteRange range)
    {
        // A hole where the file system makes one, else zeros.
        if (LibC.TryPunchHole(_file.Handle, range))
            return;
        byte[] zeros = new byte[(int)Math.Min(range.Length, 1 << 20)];
        for (long offset = range.Offset; offset < range.End; offset += zeros.Length)
            Write(offset, zeros.AsSpan(0, (int)Math.Min(zeros.Length, range.End - offset)));
    }

    public void Flush() => _file.Sync();

    public void Dispose()
    {
        _file.Dispose();
        _source.Dispose();
    }
}
