using Mig.Core;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Apk;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Inventories.Pacman;
using Mig.Machines.Inventories.Rpm;

namespace Mig.Machines.Inventories;

/// <summary>The package databases that mig reads: listed here, not discovered.</summary>
internal static class PackageDatabases
{
    private static readonly IPackageDatabase[] All = [new DpkgDatabase(), new RpmDatabase(), new ApkDatabase(), new PacmanDatabase()];

    /// <summary>Tells whether the machine has any of them.</summary>
    public static bool AnyIn(MachineFiles files) => Array.Exists(All, database => database.IsIn(files));

    /// <summary>Returns what the operating system's package managers have installed.</summary>
    /// <param name="warn">Told of databases that cannot be read.</param>
    public static IReadOnlyList<InstalledPackage> Read(MachineFiles files, Action<string> warn, CancellationToken cancellation)
    {
        var packages = new List<InstalledPackage>();
        foreach (IPackageDatabase database in All)
        {
            try
            {
                packages.AddRange(database.Read(files, cancellation));
            }
            catch (CorruptImageException e)
            {
                warn(e.Message);
            }
        }

        return packages;
    }
}
