using Mig.Core;
using Mig.Machines.Inventories.Rpm;

namespace Mig.Machines.Merging.Packages;

/// <summary>The databases of packages that are not dpkg's, as one side has them.</summary>
internal static class OtherDatabases
{
    /// <summary>
    /// Returns what each of them says to be installed, always in the same order; nothing of one that is not there or cannot be read.
    /// </summary>
    public static IReadOnlyList<Dictionary<string, SidePackage>> Read(SideFiles files) =>
    [
        .. ApkTable.InstalledPaths.Select(path =>
            Try(() => files.Read(path, ApkSide.MaxSize) is { } installed ? ApkSide.Read(installed) : [])),
        Try(() => PacmanSide.Read(files)),
        .. RpmDatabase.Folders.Select(folder => Try(() => RpmSide.Read(files, folder))),
    ];

    // Whoever must know all of it asks the one database, and is told.
    private static Dictionary<string, SidePackage> Try(Func<Dictionary<string, SidePackage>> read)
    {
        try
        {
            return read();
        }
        catch (CorruptImageException)
        {
            return [];
        }
    }
}
