using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core.Host;

/// <summary>Gives a file the content of another one without moving it through this process.</summary>
public static partial class FileSharing
{
    private const nuint ShareCall = 0x40049409; // FICLONE, _IOW(0x94, 9, int)
    private const int MostAtOnce = 1 << 30;

    /// <summary>Gives a file a second name on the same file system (link(2)).</summary>
    /// <returns>False when that cannot be: another file system, one without hard links, too many names, or another user's file.</returns>
    /// <exception cref="IOException">The name is taken.</exception>
    public static bool TryLink(string path, string name)
    {
        FileFault.Check(FileStep.Rename, name);
        if (LinkNative(AtFlags.CurrentDirectory, path, AtFlags.CurrentDirectory, name, 0) == 0)
            return true;
        return LibC.LastError == Errno.Exists ? throw new IOException($"{name} is there already", Errno.Exists) : false;
    }

    /// <summary>
    /// Lets a new file share the blocks of another one (FICLONE of ioctl(2)): btrfs, XFS and bcachefs can, on one file system.
    /// </summary>
    /// <returns>False when the file system cannot.</returns>
    public static bool TryShare(HostFile source, HostFile target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        FileFault.Check(FileStep.Write, target.Path);
        return ControlNative(target.Handle, ShareCall, source.Handle) == 0;
    }

    /// <summary>Copies a file in the kernel (copy_file_range(2)); where that cannot be, through this process.</summary>
    /// <exception cref="IOException">It cannot be read or written, or becomes shorter meanwhile.</exception>
    public static void Copy(HostFile source, HostFile target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        long length = source.Length, done = 0;
        while (done < length)
        {
            cancellation.ThrowIfCancellationRequested();
            FileFault.Check(FileStep.Write, target.Path);
            long from = done, to = done;
            nint copied = CopyNative(source.Handle, ref from, target.Handle, ref to, (nuint)Math.Min(length - done, MostAtOnce), 0);
            if (copied <= 0)
                break;
            done += copied;
        }

        byte[] buffer = done < length ? new byte[1 << 20] : [];
        while (done < length)
        {
            cancellation.ThrowIfCancellationRequested();
            int read = source.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), done);
            if (read == 0)
                throw new EndOfStreamException($"{source.Path} ends at {done}, it had {length} bytes");
            target.Write(buffer.AsSpan(0, read), done);
            done += read;
        }
    }

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkNative(int fromFolder, string from, int toFolder, string to, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlNative(SafeFileHandle file, nuint request, SafeFileHandle source);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyNative(
        SafeFileHandle from, ref long fromOffset, SafeFileHandle to, ref long toOffset, nuint length, uint flags);
}
