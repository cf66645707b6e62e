using Microsoft.Win32.SafeHandles;

namespace Mig.Core.Host;

/// <summary>
/// An open file of a repository: never one that a symbolic link leads to, nor a FIFO or device. Whatever is done with it can be made to
/// fail by a
/// <see cref="FileFault"/>.
/// </summary>
public sealed class HostFile : IDisposable
{
    private HostFile(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
    }

    /// <summary>The name that it was opened by.</summary>
    public string Path { get; }

    /// <summary>For those who lock, map or ask; not for writing, which would go around this.</summary>
    public SafeFileHandle Handle { get; }

    public long Length => RandomAccess.GetLength(Handle);

    public bool IsClosed => Handle.IsClosed;

    /// <summary>Makes a file, for reading and writing, and locks it (flock) until it is closed.</summary>
    /// <exception cref="IOException">The name is taken, even by a link that leads nowhere; or it cannot be made.</exception>
    public static HostFile CreateNew(string path)
    {
        FileFault.Check(FileStep.Create, path);
        return new HostFile(path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>Makes a file, for reading and writing, that nobody but this user may read from its first moment on.</summary>
    /// <exception cref="IOException">The name is taken, or it cannot be made.</exception>
    public static HostFile CreatePrivate(string path)
    {
        FileFault.Check(FileStep.Create, path);
        return new HostFile(path, LibC.CreatePrivate(path));
    }

    /// <summary>
    /// Makes a file without a name in a folder, for reading and writing, that nobody but this user may read. It goes when it is closed,
    /// however this process ends.
    /// </summary>
    /// <param name="kind">What it is for: the beginning of the name that it has for a moment.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static HostFile CreateUnnamed(string folder, string kind)
    {
        HostFile file = CreatePrivate(System.IO.Path.Combine(folder, TemporaryName.Create(kind)));
        try
        {
            // The name goes before anybody can rely on it; whoever takes it for a stale one and is faster does no harm, for nobody opens it
            // again.
            HostFiles.Delete(file.Path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for reading and writing, with no lock.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a symbolic link, or not a file.</exception>
    public static HostFile OpenWrite(string path)
    {
        FileFault.Check(FileStep.Open, path);
        return new HostFile(path, LibC.CheckOwn(
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), path));
    }

    /// <summary>Opens a file for reading and writing, and locks it (flock).</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">Another has locked it.</exception>
    public static HostFile OpenLocked(string path)
    {
        FileFault.Check(FileStep.Open, path);
        return new HostFile(path, LibC.CheckOwn(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None), path));
    }

    /// <summary>Opens a file for reading, whoever has locked it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static HostFile OpenRead(string path)
    {
        FileFault.Check(FileStep.Open, path);
        return new HostFile(path, LibC.OpenUnlocked(path));
    }

    /// <summary>Reads what is there, at most as much as there is room for.</summary>
    /// <returns>The number of bytes; less than there is room for at the end of the file alone.</returns>
    public int Read(Span<byte> bytes, long offset)
    {
        FileFault.Check(FileStep.Read, Path);
        int done = 0;
        while (done < bytes.Length)
        {
            int read = RandomAccess.Read(Handle, bytes[done..], offset + done);
            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    /// <summary>Writes all bytes. When that fails, any part of them may have been written.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (FileFault.Strike(FileStep.Write, Path) is { } error)
        {
            RandomAccess.Write(Handle, bytes[..(bytes.Length / 2)], offset);
            throw error;
        }

        try
        {
            RandomAccess.Write(Handle, bytes, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw TooLong(Path, offset + bytes.Length, e);
        }
    }

    /// <summary>Makes the file shorter, or longer by a hole.</summary>
    /// <exception cref="IOException">The file system, or this user's limit, does not allow so long a file.</exception>
    public void SetLength(long length)
    {
        FileFault.Check(FileStep.SetLength, Path);
        try
        {
            RandomAccess.SetLength(Handle, length);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw TooLong(Path, length, e);
        }
    }

    /// <summary>What is wrong when .NET takes a length that the file system refuses (EFBIG) for the caller's mistake.</summary>
    public static IOException TooLong(string path, long length, ArgumentOutOfRangeException cause) =>
        new($"{path} cannot have {length} bytes: file too large for its file system, or for this user's limit",
            cause)
        { HResult = Errno.FileTooLarge };

    /// <summary>Gives the room of a range back; it reads as zeros then.</summary>
    /// <returns>False when the file system cannot.</returns>
    public bool TryPunchHole(ByteRange range) => LibC.TryPunchHole(Handle, range);

    /// <summary>Makes what was written durable. When that fails, nothing is known of it, and asking again proves nothing.</summary>
    public void Sync()
    {
        FileFault.Check(FileStep.Sync, Path);
        LibC.Sync(Handle);
    }

    public void Dispose() => Handle.Dispose();
}
