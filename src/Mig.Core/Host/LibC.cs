using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core.Host;

/// <summary>The few calls of the C library that .NET does not offer. Linux, 64 bits.</summary>
public static partial class LibC
{
    internal const int SeekEnd = 2;
    internal const int SeekData = 3;
    internal const int SeekHole = 4;

    internal static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Makes what was written to a file durable. .NET's own call says nothing when the medium fails.</summary>
    /// <exception cref="IOException">It is not durable: the medium or the file system failed.</exception>
    public static void Sync(SafeFileHandle file)
    {
        while (SyncHandle(file) != 0)
        {
            if (LastError != Errno.Interrupted)
                throw Failure("what was written cannot be made durable", LastError);
        }
    }

    /// <summary>Makes the names in a folder durable: a rename is safe only after this.</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncDirectory(string path)
    {
        int descriptor = OpenNative(path, OpenFlags.Directory | OpenFlags.CloseOnExec);
        if (descriptor < 0)
            throw Failure($"cannot open folder {path} to sync it", LastError);
        try
        {
            if (SyncNative(descriptor) != 0)
                throw Failure($"cannot sync folder {path}", LastError);
        }
        finally
        {
            _ = CloseNative(descriptor);
        }
    }

    /// <summary>
    /// Makes everything durable that was written to the file system of a folder: for many small files, far cheaper than one after another.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened, or the medium or the file system failed.</exception>
    public static void SyncFileSystem(string path)
    {
        int descriptor = OpenNative(path, OpenFlags.Directory | OpenFlags.CloseOnExec);
        if (descriptor < 0)
            throw Failure($"cannot open folder {path} to sync its file system", LastError);
        using var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        if (SyncFileSystemNative(folder) != 0)
            throw Failure($"cannot sync the file system of {path}", LastError);
    }

    /// <summary>
    /// Opens a file for reading without the lock that .NET takes, which would refuse a file whose writer has not closed it yet. A symbolic
    /// link is not followed, and nothing but a file is opened: a FIFO would keep the reader waiting for ever.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be opened, or is not a file.</exception>
    public static SafeFileHandle OpenUnlocked(string path)
    {
        int descriptor;
        do
            descriptor = OpenNative(path, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        while (descriptor < 0 && LastError == Errno.Interrupted);
        if (descriptor >= 0)
            return CheckOwn(new SafeFileHandle(descriptor, ownsHandle: true), path);

        int error = LastError;
        throw error switch
        {
            Errno.NoEntry => new FileNotFoundException($"{path} does not exist", path),
            Errno.TooManyLinks => LinkInTheWay(path),
            _ => Failure($"cannot open {path}", error),
        };
    }

    /// <summary>Makes a file that nobody but this user may read, from its first moment on.</summary>
    /// <exception cref="IOException">The name is taken, or the file cannot be made.</exception>
    public static SafeFileHandle CreatePrivate(string path)
    {
        int descriptor;
        do
            descriptor = CreateNative(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.CloseOnExec,
                0x180 /* 0600 */);
        while (descriptor < 0 && LastError == Errno.Interrupted);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure($"cannot create {path}", LastError);
    }

    /// <summary>Refuses a file that was opened by a name which is a symbolic link, and what is not a file; closes it then.</summary>
    /// <exception cref="IOException">It is one of these.</exception>
    internal static SafeFileHandle CheckOwn(SafeFileHandle handle, string path)
    {
        FileStatus opened = FileStatus.Of(handle);
        if (opened.Type == FileType.Regular && FileStatus.Of(path, followsLinks: false)?.Type != FileType.SymbolicLink)
            return handle;
        handle.Dispose();
        throw opened.Type == FileType.Regular ? LinkInTheWay(path) : new IOException($"{path} is not a file, as it must be; remove it");
    }

    private static IOException LinkInTheWay(string path) => new($"{path} is a symbolic link, which is not followed here; remove it");

    /// <summary>Gives memory that native code has freed back to the system, where the C library can do that.</summary>
    public static void TrimHeap()
    {
        try
        {
            _ = TrimNative(0);
        }
        catch (EntryPointNotFoundException)
        {
            // That of another C library than GNU's: it does so by itself.
        }
    }

    /// <summary>Starts writing a range to the medium without waiting; the later sync has less left to do.</summary>
    public static void StartWriteback(SafeFileHandle file, ByteRange range) =>
        _ = SyncFileRange(file, range.Offset, range.Length, 2 /* SYNC_FILE_RANGE_WRITE */);

    /// <summary>Tells what stands at a path, links followed; what this user may not look at is missing.</summary>
    public static FileType GetFileType(string path) => FileStatus.Of(path, followsLinks: true)?.Type ?? FileType.Missing;

    /// <summary>Tells what stands at a path that a user named, links followed.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look there, so nobody can say that nothing is there.</exception>
    public static FileType LookAt(string path) => FileStatus.Find(path)?.Type ?? FileType.Missing;

    /// <summary>Tells which state a file is in, links followed.</summary>
    /// <returns>Null when there is none.</returns>
    public static FileStamp? GetStamp(string path) => FileStatus.Of(path, followsLinks: true) is { } status ? ToStamp(status) : null;

    /// <summary>Tells which state an open file is in.</summary>
    internal static FileStamp GetStamp(SafeFileHandle file) => ToStamp(FileStatus.Of(file));

    /// <summary>
    /// Tells whether the kernel has given a block device, or a part of it, to one user alone: a mount, a volume manager, swap.
    /// </summary>
    internal static bool IsHeld(string path)
    {
        int descriptor = OpenNative(path, OpenFlags.CloseOnExec | OpenFlags.Exclusive | OpenFlags.ReadOnly);
        if (descriptor < 0)
            return LastError == Errno.Busy;
        _ = CloseNative(descriptor);
        return false;
    }

    /// <summary>
    /// Tells whether another open file holds a lock on a byte, shared or not: those of fcntl(2), by open file or by process.
    /// </summary>
    internal static unsafe bool IsLocked(SafeFileHandle file, long offset)
    {
        // struct flock: l_type (16 bits), l_whence (16), l_start at 8, l_len at 16, l_pid at 24.
        byte* request = stackalloc byte[32];
        new Span<byte>(request, 32).Clear();
        *(short*)request = 1; // F_WRLCK: one that any lock of another is in the way of
        *(long*)(request + 8) = offset;
        *(long*)(request + 16) = 1;
        return ControlLock(file, 36 /* F_OFD_GETLK */, request) == 0 && *(short*)request != 2 /* F_UNLCK */;
    }

    private static FileStamp ToStamp(in FileStatus status)
    {
        return new FileStamp(status.Length, Nanoseconds(status.Modified), Nanoseconds(status.Changed), status.Inode, status.Device);

        static long Nanoseconds(Timestamp time) => unchecked((time.Seconds * 1_000_000_000) + time.Nanoseconds);
    }

    /// <summary>Tells whether this user may execute a file.</summary>
    public static bool IsExecutable(string path) => AccessNative(path, 1 /* X_OK */) == 0;

    internal static long Seek(SafeFileHandle file, long offset, int whence) => SeekNative(file, offset, whence);

    /// <summary>Makes a range of a file a hole.</summary>
    /// <returns>False when the file system cannot.</returns>
    internal static bool TryPunchHole(SafeFileHandle file, ByteRange range) =>
        range.IsEmpty || AllocateNative(file, 3 /* FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE */, range.Offset, range.Length) == 0;

    // The number goes along, as .NET does it: what to do depends on it.
    private static IOException Failure(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long SeekNative(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int AllocateNative(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static unsafe partial int StatX(SafeFileHandle directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static unsafe partial int ControlLock(SafeFileHandle file, int command, byte* request);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessNative(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateNative(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimNative(nuint pad);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncHandle(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystemNative(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseNative(int descriptor);
}
