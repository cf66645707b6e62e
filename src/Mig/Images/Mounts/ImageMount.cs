using Mig.Fuse;

namespace Mig.Images.Mounts;

/// <summary>A version that is mounted, read-only, until this is disposed or somebody unmounts it.</summary>
public sealed class ImageMount : IDisposable
{
    private readonly Mount _mount;

    internal ImageMount(Mount mount) => _mount = mount;

    /// <summary>Waits until it is unmounted.</summary>
    /// <param name="cancellation">Unmounts it.</param>
    public void Wait(CancellationToken cancellation = default)
    {
        using CancellationTokenRegistration registration = cancellation.Register(_mount.Unmount);
        _mount.Wait();
    }

    /// <inheritdoc cref="Mount.WaitUntilClosed"/>
    internal bool WaitUntilClosed(TimeSpan patience) => _mount.WaitUntilClosed(patience);

    public void Dispose() => _mount.Dispose();
}
