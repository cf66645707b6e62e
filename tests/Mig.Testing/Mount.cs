namespace Mig.Testing;

/// <summary>A mounted file system, for one test; unmounted afterwards, also when the test fails. Needs root.</summary>
public sealed class Mount : IDisposable
{
    private const int UnmountAttempts = 20;

    private Mount(string path) => Path = path;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Mounts an image file through a loop device that goes away with the mount.</summary>
    /// <param name="options">As <c>mount -o</c> takes them, on top of <c>loop</c>.</param>
    public static Mount Image(string image, string options = "rw") => Make(folder => ["-o", $"loop,{options}", image, folder]);

    /// <summary>Mounts memory as a small file system.</summary>
    public static Mount Memory(long bytes) => Make(folder => ["-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", folder]);

    // A child that another test is just starting has our files open until it runs its own program: a leak would last longer.
    public void Dispose()
    {
        for (int attempt = 1; attempt < UnmountAttempts && Tool.Try("umount", Path).ExitCode != 0; attempt++)
            Thread.Sleep(50);
        if (File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == Path))
            Tool.Run("umount", Path);
        Directory.Delete(Path);
    }

    private static Mount Make(Func<string, string[]> arguments)
    {
        string folder = Directory.CreateTempSubdirectory("mig-mount-").FullName;
        try
        {
            Tool.Run("mount", arguments(folder));
        }
        catch
        {
            Directory.Delete(folder);
            throw;
        }

        return new Mount(folder);
    }
}
