using System.Diagnostics;

namespace Mig.Testing.FileSystems;

/// <summary>
/// An NTFS image mounted by ntfs-3g, for root only; at the end it is unmounted, and the program that served it has written everything and
/// ended.
/// </summary>
public sealed class NtfsMount : IDisposable
{
    private readonly Process _process;

    /// <param name="options">As <c>ntfs-3g -o</c> takes them, such as <c>ro</c>.</param>
    public NtfsMount(string image, string options = "compression")
    {
        Path = image + ".mount";
        Directory.CreateDirectory(Path);
        _process = Mig.Testing.Tool.Start("ntfs-3g", "-o", $"no_detach,{options}", image, Path);
        for (int attempt = 0; !IsMounted(); attempt++)
        {
            if (_process.HasExited || attempt > 600)
                throw new IOException($"ntfs-3g {image}: {_process.StandardError.ReadToEnd()}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Where the root directory is.</summary>
    public string Path { get; }

    /// <summary>Makes an empty file system in an image file.</summary>
    /// <param name="options">As <c>mkntfs</c> takes them, separated by spaces.</param>
    public static void Make(string image, string size, string options)
    {
        Tool.Read("truncate", "-s", size, image);
        Tool.Read("mkntfs", ["-F", "-Q", "-q", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), image]);
    }

    public void Dispose()
    {
        Tool.RunScript("umount \"$1\" || { sleep 1; umount \"$1\"; } || umount -l \"$1\"", Path);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(Path);
    }

    private bool IsMounted() => File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == Path);
}
