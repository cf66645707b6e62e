using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core;

/// <summary>The few calls of the C library that .NET does not offer. Linux, 64 bits.</summary>
public static partial class LibC
{
    internal const int SeekEnd = 2;
    internal const int SeekData = 3;
    internal const int SeekHole = 4;
    internal const int AdviseWillNeed = 3;
    internal const int ENXIO = 6;
    private const int ENOENT = 2;
    private const int EINTR = 4;

    internal static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Makes what was written to a file durable. .NET's own call says nothing when the medium fails.</summary>
    /// <exception cref="IOException">It is not durable: the medium or the file system failed.</exception>
    public static void Sync(SafeFileHandle file)
    {
        while (SyncHandle(file) != 0)
        {
            if (LastError != EINTR)
                throw Failure("what was written cannot be made durable", LastError);
        }
    }

    /// <summary>Makes the names in a folder durable: a rename is safe only after this.</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncDirectory(string path)
    {
        int descriptor = OpenNative(path, 0x10000 /* O_DIRECTORY | O_RDONLY */);
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

    /// <summary>Opens a file for reading without the lock that .NET takes, which would refuse a file whose writer has not closed it yet.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenUnlocked(string path)
    {
        int descriptor;
        do
            descriptor = OpenNative(path, 0x80000 /* O_CLOEXEC | O_RDONLY */);
        while (descriptor < 0 && LastError == EINTR);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        int error = LastError;
        throw error == ENOENT ? new FileNotFoundException($"{path} does not exist", path) : Failure($"cannot open {path}", error);
    }

    /// <summary>Starts writing a range to the medium without waiting; the later sync has less left to do.</summary>
    public static void StartWriteback(SafeFileHandle file, ByteRange range) => _ = SyncFileRange(file, range.Offset, range.Length, 2 /* SYNC_FILE_RANGE_WRITE */);

    /// <summary>Tells what stands at a path, links followed.</summary>
    public static unsafe FileType GetFileType(string path)
    {
        // struct statx is the same on every architecture: stx_mode is 16 bits at offset 28.
        byte* buffer = stackalloc byte[256];
        if (StatX(-100 /* AT_FDCWD */, path, 0, 1 /* STATX_TYPE */, buffer) != 0)
            return FileType.Missing;
        return (*(ushort*)(buffer + 28) & 0xF000) switch
        {
            0x8000 => FileType.Regular,
            0x4000 => FileType.Directory,
            0x6000 => FileType.BlockDevice,
            _ => FileType.Other,
        };
    }

    /// <summary>Tells which state a file is in, links followed.</summary>
    /// <returns>Null when there is none.</returns>
    public static unsafe FileStamp? GetStamp(string path)
    {
        // struct statx: stx_ino at 32, stx_size at 40, stx_ctime at 96, stx_mtime at 112 (seconds, nanoseconds), stx_dev at 136.
        byte* buffer = stackalloc byte[256];
        if (StatX(-100 /* AT_FDCWD */, path, 0, 0x7FF /* STATX_BASIC_STATS */, buffer) != 0)
            return null;
        return new FileStamp(*(long*)(buffer + 40), Nanoseconds(buffer + 112), Nanoseconds(buffer + 96), *(ulong*)(buffer + 32), *(ulong*)(buffer + 136));

        static long Nanoseconds(byte* time) => unchecked((*(long*)time * 1_000_000_000) + *(uint*)(time + 8));
    }

    /// <summary>Tells whether this user may execute a file.</summary>
    public static bool IsExecutable(string path) => AccessNative(path, 1 /* X_OK */) == 0;

    internal static long Seek(SafeFileHandle file, long offset, int whence) => SeekNative(file, offset, whence);

    /// <summary>Makes a range of a file a hole.</summary>
    /// <returns>False when the file system cannot.</returns>
    internal static bool TryPunchHole(SafeFileHandle file, ByteRange range) =>
        range.IsEmpty || AllocateNative(file, 3 /* FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE */, range.Offset, range.Length) == 0;

    internal static int Advise(SafeFileHandle file, long offset, long length, int advice) => AdviseNative(file, offset, length, advice);

    // The number goes along, as .NET does it: what to do depends on it.
    private static IOException Failure(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long SeekNative(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int AllocateNative(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int AdviseNative(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessNative(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncHandle(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseNative(int descriptor);
}
