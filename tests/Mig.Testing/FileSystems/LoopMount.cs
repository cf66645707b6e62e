namespace Mig.Testing.FileSystems;

/// <summary>An image mounted by the kernel, for root only; unmounted and its loop device released at the end.</summary>
public sealed class LoopMount : IDisposable
{
    private bool _isMounted;

    /// <param name="options">As <c>mount -o</c> takes them, such as <c>ro,noload</c>.</param>
    public LoopMount(string image, string options)
    {
        Path = image + ".mount";
        Directory.CreateDirectory(Path);
        Tool.Run("mount", "-o", $"loop,{options}", image, Path);
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
