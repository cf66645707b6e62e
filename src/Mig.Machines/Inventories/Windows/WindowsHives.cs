using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Inventories.Windows;

/// <summary>Opens the hives of a Windows system.</summary>
internal sealed class WindowsHives(IContentSource store, int parallelism, TreeEntry root)
{
    private const int MaxHiveSize = 256 << 20;
    private const string Folder = "Windows/System32/config/";

    /// <summary>Opens a hive of the machine, such as <c>SOFTWARE</c>.</summary>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="CorruptImageException">It is damaged or too large.</exception>
    public Hive? Open(string name)
    {
        string path = Folder + name;
        TreeEntry? entry = WindowsPath.Find(store, root, System.Text.Encoding.ASCII.GetBytes(path));
        if (entry?.Type == TreeEntryType.HardLink)
            entry = TreeLookup.FollowLink(store, root, entry);
        return entry?.Type == TreeEntryType.File
            ? Hive.Parse(new FileContents(store, parallelism).Read(entry, path, MaxHiveSize), "/" + path) : null;
    }

    /// <summary>Returns the part of the hive <c>SYSTEM</c> that the machine last started with; null when it does not say.</summary>
    public static RegistryKey? CurrentControlSet(Hive system) =>
        system.Root.Open("Select")?.Number("Current") is { } number and <= 999 ? system.Root.Open($"ControlSet{number:d3}") : null;
}
