using Mig.Core;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories;

/// <summary>Where a package manager of an operating system records what is installed.</summary>
internal interface IPackageDatabase
{
    /// <summary>Tells whether the machine has such a database, whole or not.</summary>
    bool IsIn(MachineFiles files);

    /// <summary>Returns the installed packages; none when the machine has no such database.</summary>
    /// <exception cref="CorruptImageException">The database is damaged or too large.</exception>
    IReadOnlyList<InstalledPackage> Read(MachineFiles files, CancellationToken cancellation);
}
