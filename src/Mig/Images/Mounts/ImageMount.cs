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

    /// <summary>Whether it was taken away while a file of it was open: who had it open sees errors from then on, and what was written
    /// and not made durable is lost, as when a disk is pulled out.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>Waits until it is unmounted.</summary>
    /// <param name="cancellation">Unmounts it.</param>
    public void Wait(CancellationToken cancellation = default)
    {
        using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            IsCutOff = !WaitUntilClosed(TimeSpan.Zero);
            _mount.Unmount();
        });
        _mount.Wait();
    }

    /// <inheritdoc cref="Mount.WaitUntilClosed"/>
    internal bool WaitUntilClosed(TimeSpan patience) => _mount.WaitUntilClosed(patience);

    public void Dispose()
    {
        _mount.Dispose();
        using OpenSession? session = _session;
        _session = null;
        session?.Flush();
    }
}
