using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mig.Core.Host;

namespace Mig.Images.Extract.Folders;

/// <summary>
/// A folder of the host and what is below it. Paths are bytes, relative, and never lead out of the folder or through a symbolic link,
/// whatever stands there: the kernel sees to it (openat2), or each part is opened by itself. May be used from several threads.
/// </summary>
internal sealed unsafe class HostFolder : IDisposable
{
    // The kernel takes paths of less than 4096 bytes; deeper ones are walked in steps.
    private const int MaxStep = 4000;

    private static volatile bool s_lacksOpenAt2;
    private readonly SafeFileHandle _root;

    private HostFolder(SafeFileHandle root, string displayPath)
    {
        _root = root;
        DisplayPath = displayPath;
    }

    /// <summary>How the user knows the folder, for messages.</summary>
    public string DisplayPath { get; }

    public SafeFileHandle Handle => _root;

    /// <summary>Opens a folder that the user named: links on the way to it are the user's own.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static HostFolder Open(string path)
    {
        fixed (byte* name = Terminate(Encoding.UTF8.GetBytes(path)))
        {
            int descriptor = NativeCalls.OpenAt(AtFlags.CurrentDirectory, name, OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
            if (descriptor < 0)
                throw Failure("open", path);
            return new HostFolder(new SafeFileHandle(descriptor, ownsHandle: true), path);
        }
    }

    /// <summary>Opens a folder below this one.</summary>
    public HostFolder OpenFolder(ReadOnlySpan<byte> path) => new(OpenDirectory(path), Display(path));

    public SafeFileHandle OpenDirectory(ReadOnlySpan<byte> path) => Check(TryOpen(path, OpenFlags.Directory, 0), "open", path);

    /// <summary>Makes a file that nobody else can read yet.</summary>
    public SafeFileHandle CreateFile(ReadOnlySpan<byte> path) =>
        Check(TryOpen(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x180 /* 0600 */), "create", path);

    public SafeFileHandle OpenFile(ReadOnlySpan<byte> path) => Check(TryOpen(path, OpenFlags.WriteOnly, 0), "open", path);

    public SafeFileHandle OpenForReading(ReadOnlySpan<byte> path) => Check(TryOpen(path, OpenFlags.NonBlocking, 0), "open", path);

    public void MakeDirectory(ReadOnlySpan<byte> path)
    {
        using SafeFileHandle parent = OpenParent(path, out byte[] name);
        fixed (byte* last = name)
            Check(NativeCalls.MakeDirectoryAt(parent, last, 0x1C0 /* 0700 */), "create folder", path);
    }

    public void MakeSymbolicLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target)
    {
        using SafeFileHandle parent = OpenParent(path, out byte[] name);
        fixed (byte* last = name, to = Terminate(target))
            Check(NativeCalls.MakeLinkAt(to, parent, last), "create link", path);
    }

    /// <summary>Makes a device, FIFO or socket; false when this user may not.</summary>
    public bool TryMakeNode(ReadOnlySpan<byte> path, uint mode, ulong device)
    {
        using SafeFileHandle parent = OpenParent(path, out byte[] name);
        fixed (byte* last = name)
        {
            int result = NativeCalls.MakeNodeAt(parent, last, mode, device);
            if (result != 0 && LastError == Errno.NotPermitted)
                return false;
            Check(result, "create", path);
            return true;
        }
    }

    /// <summary>Gives what stands at a path another name.</summary>
    public void MakeHardLink(ReadOnlySpan<byte> existing, ReadOnlySpan<byte> path)
    {
        using SafeFileHandle oldParent = OpenParent(existing, out byte[] oldName), parent = OpenParent(path, out byte[] name);
        fixed (byte* from = oldName, to = name)
            Check(NativeCalls.LinkAt(oldParent, from, parent, to, 0), "create link", path);
    }

    /// <summary>
    /// Moves what stands at a path of this folder into another one; false when the name is taken there, and may not be replaced.
    /// </summary>
    public bool TryMove(ReadOnlySpan<byte> name, HostFolder target, ReadOnlySpan<byte> newName, bool replaces)
    {
        fixed (byte* from = Terminate(name), to = Terminate(newName))
        {
            if (NativeCalls.RenameAt(_root, from, target._root, to, replaces ? 0 : NativeCalls.RenameNoReplace) == 0)
                return true;
            if (LastError == Errno.Invalid && !replaces)
            {
                // This file system cannot check and move in one step.
                if (target.GetType(newName) != FileType.Missing)
                    return false;
                if (NativeCalls.RenameAt(_root, from, target._root, to, 0) == 0)
                    return true;
            }

            return LastError is Errno.Exists or Errno.NotEmpty && !replaces ? false
                : throw Failure("move a file to", target.Display(newName));
        }
    }

    /// <summary>The type of what stands at a path, links not followed.</summary>
    public FileType GetType(ReadOnlySpan<byte> name)
    {
        if (FileStatus.In(_root, Terminate(name)) is { } status)
            return status.Type;
        return LastError == Errno.NoEntry ? FileType.Missing : throw Failure("look at", Display(name));
    }

    public void Unlink(ReadOnlySpan<byte> name, bool isDirectory)
    {
        fixed (byte* path = Terminate(name))
            Check(NativeCalls.UnlinkAt(_root, path, isDirectory ? AtFlags.RemoveDirectory : 0), "remove", name);
    }

    /// <summary>Opens the folder that a path is in, to be named by; the name ends with NUL.</summary>
    public SafeFileHandle OpenParent(ReadOnlySpan<byte> path, out byte[] name)
    {
        int slash = path.LastIndexOf((byte)'/');
        name = Terminate(path[(slash + 1)..]);
        return Check(TryOpen(slash < 0 ? default : path[..slash], OpenFlags.PathOnly | OpenFlags.Directory, 0), "open", path);
    }

    /// <summary>A path of this folder as people read it.</summary>
    public string Display(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? DisplayPath : $"{DisplayPath.TrimEnd('/')}/{Encoding.UTF8.GetString(path)}";

    public void Dispose() => _root.Dispose();

    internal static int LastError => Marshal.GetLastPInvokeError();

    internal static IOException Failure(string what, string path)
    {
        int error = LastError;
        string reason = error == Errno.TooManyLinks ? "a symbolic link stands in the way, and mig writes through none"
            : Marshal.GetPInvokeErrorMessage(error);
        return new IOException($"cannot {what} {path}: {reason}", error) { HResult = error };
    }

    internal static byte[] Terminate(ReadOnlySpan<byte> text)
    {
        byte[] terminated = new byte[text.Length + 1];
        text.CopyTo(terminated);
        return terminated;
    }

    private SafeFileHandle? TryOpen(ReadOnlySpan<byte> path, int flags, uint mode)
    {
        SafeFileHandle folder = _root;
        try
        {
            while (true)
            {
                int step = s_lacksOpenAt2 ? path.IndexOf((byte)'/') : path.Length <= MaxStep ? -1 : path[..MaxStep].LastIndexOf((byte)'/');
                ReadOnlySpan<byte> now = step < 0 ? path : path[..step];
                int descriptor = step < 0 ? OpenOne(folder, now, flags, mode)
                    : OpenOne(folder, now, OpenFlags.PathOnly | OpenFlags.Directory, 0);
                if (descriptor == RetryWithoutOpenAt2)
                    continue;
                if (descriptor < 0)
                    return null;
                var opened = new SafeFileHandle(descriptor, ownsHandle: true);
                if (step < 0)
                    return opened;
                if (folder != _root)
                    folder.Dispose();
                folder = opened;
                path = path[(step + 1)..];
            }
        }
        finally
        {
            int error = LastError;
            if (folder != _root)
                folder.Dispose();
            Marshal.SetLastPInvokeError(error);
        }
    }

    private const int RetryWithoutOpenAt2 = -2;

    private static int OpenOne(SafeFileHandle folder, ReadOnlySpan<byte> path, int flags, uint mode)
    {
        flags |= OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        Span<byte> name = path.Length < 512 ? stackalloc byte[512] : new byte[path.Length + 2];
        if (path.IsEmpty)
            name[0] = (byte)'.';
        path.CopyTo(name);
        name[Math.Max(1, path.Length)] = 0;
        fixed (byte* start = name)
        {
            while (true)
            {
                int descriptor;
                if (s_lacksOpenAt2)
                {
                    descriptor = NativeCalls.OpenAt(folder, start, flags, mode);
                }
                else
                {
                    var how = new NativeCalls.OpenHow { Flags = (ulong)flags, Mode = mode, Resolve = NativeCalls.ResolveInside };
                    descriptor = NativeCalls.OpenAt2(folder, start, &how);
                    if (descriptor < 0 && LastError is Errno.NoSystemCall or Errno.NotPermitted && ProvesMissing(folder))
                    {
                        s_lacksOpenAt2 = true;
                        return RetryWithoutOpenAt2;
                    }
                }

                if (descriptor >= 0 || LastError != Errno.Interrupted)
                    return descriptor;
            }
        }
    }

    // A sandbox may refuse a call that it does not know; then even the folder itself cannot be opened with it.
    private static bool ProvesMissing(SafeFileHandle folder)
    {
        int error = LastError;
        var how = new NativeCalls.OpenHow
        {
            Flags = (ulong)(OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.CloseOnExec),
            Resolve = NativeCalls.ResolveInside
        };
        fixed (byte* dot = "."u8)
        {
            int descriptor = NativeCalls.OpenAt2(folder, dot, &how);
            if (descriptor >= 0)
                new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
            Marshal.SetLastPInvokeError(error);
            return descriptor < 0;
        }
    }

    private SafeFileHandle Check(SafeFileHandle? handle, string what, ReadOnlySpan<byte> path) =>
        handle ?? throw Failure(what, Display(path));

    private void Check(int result, string what, ReadOnlySpan<byte> path)
    {
        if (result != 0)
            throw Failure(what, Display(path));
    }
}
