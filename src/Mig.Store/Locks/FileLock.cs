using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Locks;

/// <summary>A lock that the kernel holds: it ends with the process that took it, however that ends.</summary>
/// <remarks>
/// flock(2) on a file, not the existence of a file: after <c>kill -9</c> nothing is left that someone would have to clear away.
/// The file's content says who holds the lock, for messages only. Excludes threads of this process as well.
/// </remarks>
public sealed partial class FileLock : IDisposable
{
    private const int Shared = 1 /* LOCK_SH */;
    private const int Exclusive = 2 /* LOCK_EX */;
    private const int Now = 4 /* LOCK_NB */;
    private const int Unlock = 8 /* LOCK_UN */;

    private readonly SafeFileHandle _handle;
    private readonly string? _removed;

    private FileLock(SafeFileHandle handle, string? removed)
    {
        _handle = handle;
        _removed = removed;
    }

    /// <summary>Takes the lock, waiting for others.</summary>
    /// <param name="path">The lock file; created when missing.</param>
    /// <param name="what">What it guards, for the message.</param>
    /// <param name="patience">How long to wait for a living holder.</param>
    /// <param name="remove">Whether the file goes away with the lock.</param>
    /// <exception cref="ConflictException">Someone else has held it for all that time.</exception>
    /// <exception cref="IOException">The file cannot be created or opened.</exception>
    public static FileLock Acquire(string path, string what, TimeSpan patience, bool remove = false) =>
        Acquire(path, what, patience, Exclusive, remove);

    /// <summary>Takes the lock together with others who share it, waiting for one who does not.</summary>
    /// <inheritdoc cref="Acquire(string, string, TimeSpan, bool)"/>
    public static FileLock AcquireShared(string path, string what, TimeSpan patience) =>
        Acquire(path, what, patience, Shared, remove: false);

    /// <summary>Returns who holds the lock now, as a noun; null for nobody. Does not keep anybody from taking it for long.</summary>
    public static string? FindHolder(string path)
    {
        using SafeFileHandle handle = Open(path);
        if (!TryLock(handle, Shared))
            return ReadHolder(handle);
        _ = LockNative(handle, Unlock);
        return null;
    }

    private static FileLock Acquire(string path, string what, TimeSpan patience, int mode, bool remove)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        for (int attempt = 0; ; attempt++)
        {
            SafeFileHandle handle = Open(path);
            if (TryLock(handle, mode))
            {
                // The holder before us may have removed the file between our open and our lock: then another one counts now.
                if (IsStillAt(handle, path))
                {
                    if (mode == Exclusive)
                        SayWho(handle);
                    return new FileLock(handle, remove ? path : null);
                }

                handle.Dispose();
                continue;
            }

            string holder = ReadHolder(handle);
            handle.Dispose();
            if (Environment.TickCount64 >= deadline)
                throw new ConflictException($"{what} is locked by {holder} ({path}); wait until it is done, then try again");
            Thread.Sleep(Math.Min(1 + attempt, 10));
        }
    }

    public void Dispose()
    {
        try
        {
            // Removed while still locked: whoever waits on this file finds out, and opens the next one.
            if (_removed is not null && !_handle.IsClosed)
                HostFiles.Delete(_removed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A lock file that nobody holds stops nobody, and what was done under it is done.
        }
        finally
        {
            // Not by closing alone: a program that another thread starts at this moment has a copy of the handle until it is replaced by
            // what it runs.
            if (!_handle.IsClosed)
                _ = LockNative(_handle, Unlock);
            _handle.Dispose();
        }
    }

    private static SafeFileHandle Open(string path)
    {
        FileFault.Check(FileStep.Open, path);
        int descriptor;
        do
            descriptor = OpenNative(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec | OpenFlags.NoFollow
                | OpenFlags.NonBlocking, 0x1B6 /* 0666 */);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        int error = Marshal.GetLastPInvokeError();
        throw new IOException($"cannot open the lock file {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static bool TryLock(SafeFileHandle handle, int mode)
    {
        while (LockNative(handle, mode | Now) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == Errno.WouldBlock)
                return false;
            if (error != Errno.Interrupted)
                throw new IOException($"the file system cannot lock files: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        return true;
    }

    private static bool IsStillAt(SafeFileHandle handle, string path)
    {
        FileStatus held = FileStatus.Of(handle);
        return FileStatus.Of(path, followsLinks: false) is { } found && (found.Inode, found.Device) == (held.Inode, held.Device);
    }

    private static void SayWho(SafeFileHandle handle)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}\n"));
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, text, 0);
        }
        catch (IOException)
        {
            // A full disk: whoever waits is not told who has the lock. Space must be freed under it all the same.
        }
    }

    private static string ReadHolder(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[200];
        int length = RandomAccess.Read(handle, buffer, 0);
        string text = System.Text.Encoding.UTF8.GetString(buffer[..length]).Trim();
        return text.StartsWith("process ", StringComparison.Ordinal) && !text.Any(char.IsControl) ? text : "another process";
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockNative(SafeFileHandle file, int operation);
}
