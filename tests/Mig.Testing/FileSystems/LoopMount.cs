namespace Mig.Testing.FileSystems;

/// <summary>An image mounted by the kernel, for root only; unmounted and its loop device released at the end.</summary>
/// <remarks>
/// The device is always a new one. <c>mount -o loop</c> takes a device that still holds the same image, which is so while
/// another process looks at it after the last unmount; such a device answers with blocks that it read before.
/// </remarks>
public sealed class LoopMount : IDisposable
{
    private const string Attach =
        """
        case ",$3," in *,ro,*) only=--read-only;; *) only=;; esac
        device=$(losetup --find --show $only "$1")
        mount -o "$3" "$device" "$2" || { losetup --detach "$device"; exit 1; }
        losetup --detach "$device" # which the kernel does when the mount is gone
        """;

    private bool _isMounted;

    /// <param name="options">As <c>mount -o</c> takes them, such as <c>ro,noload</c>.</param>
    public LoopMount(string image, string options)
    {
        Path = image + ".mount";
        Directory.CreateDirectory(Path);
        Tool.RunScript(Attach, image, Path, options);
        _isMounted = true;
    }

    /// <summary>Where the root directory is.</summary>
    public string Path { get; }

    public void Dispose()
    {
        if (_isMounted)
            Tool.RunScript("umount \"$1\" || { sleep 1; umount \"$1\"; } || umount -l \"$1\"; rmdir \"$1\"", Path);
        _isMounted = false;
    }
}
