using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Windows;

namespace Mig.Cli.Json;

/// <summary>What a machine is and has.</summary>
internal sealed record InventoryJson(
    string Image,
    OsRelease? System,
    string Architecture,
    IReadOnlyList<string> Kernels,
    IReadOnlyList<PackageJson> Packages,
    IReadOnlyList<UserAccount> Users,
    IReadOnlyList<EnabledUnit> Units,
    IReadOnlyList<Listener> Listeners,
    IReadOnlyList<string> Warnings,
    bool IsComplete,
    IReadOnlyList<UnseenJson> Unseen,
    WindowsSystem? Windows)
{
    public static InventoryJson Of(string image, Inventory inventory) => new(
        image,
        inventory.Release,
        inventory.Architecture,
        inventory.Kernels,
        [.. inventory.Packages.Select(package => PackageJson.Of(package, inventory.Release))],
        inventory.Users,
        inventory.Units,
        inventory.Listeners,
        inventory.Coverage.Warnings,
        inventory.Coverage.IsComplete,
        UnseenJson.Of(inventory.Coverage),
        inventory.Windows);
}
