using Mig.Machines.Coverage;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Windows;

namespace Mig.Machines.Inventories;

/// <summary>What a machine is and has, read from its files without starting it.</summary>
/// <param name="Release">Null when no operating system is known by its files.</param>
/// <param name="Architecture">As the package manager or the programs say it, such as <c>amd64</c> or <c>x86_64</c>; empty when nothing says
/// it.</param>
/// <param name="Kernels">The releases of the installed kernels, such as <c>6.1.0-18-amd64</c>; the newest first.</param>
/// <param name="Packages">Sorted by kind, name, architecture, version and location.</param>
/// <param name="Users">In the order of the user database.</param>
/// <param name="Units">What systemd or Windows starts by itself, sorted by name.</param>
/// <param name="Listeners">Where services are set up to listen, as far as their configuration is known.</param>
/// <param name="Warnings">What could not be read, and why; one sentence each.</param>
public sealed record Inventory(
    OsRelease? Release,
    string Architecture,
    IReadOnlyList<string> Kernels,
    IReadOnlyList<InstalledPackage> Packages,
    IReadOnlyList<UserAccount> Users,
    IReadOnlyList<EnabledUnit> Units,
    IReadOnlyList<Listener> Listeners,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What of the image it does not rest on, <see cref="Warnings"/> among it.</summary>
    public ImageCoverage Coverage { get; init; } = new([]);

    /// <summary>What Windows says of itself; null on other systems.</summary>
    public WindowsSystem? Windows { get; init; }
}
