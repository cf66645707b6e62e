using Mig.Fuse;
using Mig.Images.Sessions;

namespace Mig.Images.Mounts;

/// <summary>Something that is mounted until this is disposed or somebody unmounts it.</summary>
public sealed class ImageMount : IDisposable
{
    private readonly Mount _mount;
    private OpenSession? _session;

    /// <param name="session">Whose disks are shown, if this holds one: it is made durable and let go in the end.</param>
    internal ImageMount(Mount mount, OpenSession? session = null) => (_mount, _session) = (mount, session);

    /// <summary>Whether a file of it is open.</summary>
    public bool IsInUse => !WaitUntilClosed(TimeSpan.Zero);

    /// <summary>Waits until it is unmounted.</summary>
    /// <param name="cancellation">Unmounts it; disks of a session when nobody has one open any more, for what the kernel has not written
    /// yet would be lost.</param>
    public void Wait(CancellationToken cancellation = default)
    {
        using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            if (_session is null)
                _mount.Unmount();
            else
                new Thread(UnmountWhenClosed) { IsBackground = true, Name = "unmount" }.Start();
        });
        _mount.Wait();
    }

    /// <inheritdoc cref="Mount.WaitUntilClosed"/>
    internal bool WaitUntilClosed(TimeSpan patience) => _mount.WaitUntilClosed(patience);

    private void UnmountWhenClosed()
    {
        while (IsInUse)
            Thread.Sleep(20);
        _mount.Unmount();
    }

    public void Dispose()
    {
        _mount.Dispose();
        using OpenSession? session = _session;
        _session = null;
        session?.Flush();
    }
}
