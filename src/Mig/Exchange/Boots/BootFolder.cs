namespace Mig.Exchange.Boots;

/// <summary>The files that a machine needs while it runs, in a folder that this user alone may enter.</summary>
internal sealed record BootFolder(string Path)
{
    /// <summary>What stands for the part of its name that is chosen when it is made.</summary>
    private const string Prefix = "mig-boot-";

    /// <summary>A folder that is not made, to show how things would be.</summary>
    public static BootFolder Shown => new(System.IO.Path.Combine(System.IO.Path.GetTempPath(), Prefix + "XXXXXX"));

    /// <summary>The socket of the server of the disks.</summary>
    public string Disks => In("disks");

    /// <summary>The socket by which QEMU is told what to do.</summary>
    public string Monitor => In("monitor");

    /// <summary>The socket by which the memory of a machine comes and goes.</summary>
    public string Memory => In("memory");

    public string Variables => In("variables");

    public string Kernel => In("kernel");

    public string Initrd => In("initrd");

    public static BootFolder Create() => new(Directory.CreateTempSubdirectory(Prefix).FullName);

    public void Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in a folder for what may go at any time.
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
