using System.Runtime.InteropServices;
using System.Text;
using Mig.Core;

namespace Mig.Fuse;

/// <summary>A tree that the kernel shows as a folder until it is disposed or unmounted by another.</summary>
public sealed unsafe class Mount : IDisposable
{
    private const int Interrupted = -4; // -EINTR

    private readonly MountState _state;
    private readonly GCHandle _self;
    private readonly nint[] _operations = [.. FuseOperations.Table];
    private readonly GCHandle _pinned;
    private readonly List<Thread> _threads = [];
    private nint _session;
    private int _isUnmounted;

    private Mount(MountedNode root, MountOptions options, Action<Exception> report)
    {
        _state = new MountState(root, options, report);
        _self = GCHandle.Alloc(_state);
        _pinned = GCHandle.Alloc(_operations, GCHandleType.Pinned);
    }

    /// <summary>Mounts a tree. No program in it is run with its set-user-ID bit, no device in it opens one.</summary>
    /// <param name="root">A directory.</param>
    /// <param name="folder">Where it is shown: a folder that is there.</param>
    /// <param name="report">Is told, from any thread, why a request ended with an input error.</param>
    /// <exception cref="UnsupportedFeatureException">libfuse3 is not on this machine.</exception>
    /// <exception cref="IOException">The folder cannot be mounted on; libfuse has written why to standard error.</exception>
    public static Mount Show(MountedNode root, string folder, MountOptions options, Action<Exception> report)
    {
        ArgumentNullException.ThrowIfNull(options);
        var mount = new Mount(root, options, report);
        try
        {
            mount.Begin(folder);
            return mount;
        }
        catch (DllNotFoundException)
        {
            mount.Dispose();
            throw new UnsupportedFeatureException(
                $"mounts without {FuseNative.Library}", "install it (package libfuse3-3 or fuse3), or use 'mig extract'");
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <summary>Waits until it is unmounted, by <see cref="Unmount"/> or by another program.</summary>
    public void Wait()
    {
        foreach (Thread thread in _threads)
            thread.Join();
    }

    /// <summary>
    /// Waits until no file of it is open, for those who must not lose it: what the kernel still writes to one that is mounted elsewhere
    /// waits
    /// for answers, and who waits for that could not be ended any more.
    /// </summary>
    /// <returns>False when one still was after this time.</returns>
    public bool WaitUntilClosed(TimeSpan patience) => SpinWait.SpinUntil(() => _state.IsClosed, patience);

    /// <summary>Takes it away. Where files of it are open it goes when they are closed.</summary>
    public void Unmount()
    {
        if (_session == 0 || Interlocked.Exchange(ref _isUnmounted, 1) != 0)
            return;
        FuseNative.Exit(_session);
        FuseNative.Unmount(_session);
    }

    public void Dispose()
    {
        Unmount();
        Wait();
        if (_session != 0)
            FuseNative.Destroy(_session);
        _session = 0;
        if (_pinned.IsAllocated)
            _pinned.Free();
        if (_self.IsAllocated)
            _self.Free();
    }

    private void Begin(string folder)
    {
        // Root shows it to all, as any file system is shown: then the kernel has to look at owners and modes. Others see it alone.
        bool isRoot = Environment.IsPrivilegedProcess;
        string source = _state.Options.Source.Replace(",", "\\,", StringComparison.Ordinal);
        string options = $"{(_state.Options.IsWritable ? "rw" : "ro")},nosuid,nodev,subtype=mig,fsname={source}"
            + (isRoot ? ",allow_other,default_permissions" : "")
            + (HasHelper() ? ",auto_unmount" : "");
        byte[][] arguments = [Zeroed("mig"), Zeroed("-o"), Zeroed(options)];
        fixed (byte* first = arguments[0], second = arguments[1], third = arguments[2])
        {
            byte** values = stackalloc byte*[] { first, second, third, null };
            var list = new FuseNative.Arguments { Count = 3, Values = values };
            _session = FuseNative.NewSession(
                &list, (nint*)_pinned.AddrOfPinnedObject(), (nuint)(_operations.Length * sizeof(nint)), GCHandle.ToIntPtr(_self));
        }

        if (_session == 0)
            throw new IOException("libfuse3 does not take the options of the mount");
        if (FuseNative.Mount(_session, folder) != 0)
        {
            _isUnmounted = 1;
            throw new IOException(
                $"{folder} cannot be mounted on; look whether /dev/fuse is there, the folder is yours, and nothing is mounted on it");
        }

        for (int i = 0; i < _state.Options.Threads; i++)
        {
            var thread = new Thread(Serve, 1 << 20) { IsBackground = true, Name = "mount" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void Serve()
    {
        FuseNative.Buffer buffer = default;
        while (FuseNative.HasExited(_session) == 0)
        {
            int length = FuseNative.Receive(_session, &buffer);
            if (length == Interrupted)
                continue;
            if (length <= 0)
                break;
            FuseNative.Process(_session, &buffer);
        }

        // What one of the threads saw, the others need not wait for.
        FuseNative.Exit(_session);
        NativeMemory.Free(buffer.Memory);
    }

    // It unmounts when this process dies, whatever the death.
    private static bool HasHelper() =>
        ((string[])["/usr/bin/fusermount3", "/bin/fusermount3", "/usr/local/bin/fusermount3"]).Any(File.Exists);

    private static byte[] Zeroed(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
