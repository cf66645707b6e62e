using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.Images.Inventories;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Store;

namespace Mig.Versions.Compare;

/// <summary>Compares the packages of two images: of every package manager and language that an inventory knows.</summary>
public sealed class PackageComparer
{
    private readonly IContentSource _objects;
    private readonly InventoryReader _inventories;

    /// <param name="repository">Keeps the inventories that are taken.</param>
    public PackageComparer(Repository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        _objects = repository.Store;
        _inventories = new InventoryReader(repository);
    }

    internal PackageComparer(IContentSource objects, int parallelism)
    {
        _objects = objects;
        _inventories = new InventoryReader(objects, parallelism, Limits.Default);
    }

    /// <summary>
    /// Returns the packages that differ, sorted by kind, name and architecture: those of the system come before what its languages know of
    /// them.
    /// </summary>
    public IReadOnlyList<PackageChange> Compare(ImageComparison comparison, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ImageVolume? systemBefore = SystemVolume.FindDefault(_objects, comparison.Before),
            systemAfter = SystemVolume.FindDefault(_objects, comparison.After);

        // A machine's other volumes are mounted where they belong; without one machine on both sides, each volume is looked at for itself.
        IEnumerable<(ImageVolume? Before, ImageVolume? After)> volumes = systemBefore is not null && systemAfter is not null
            ? [(systemBefore, systemAfter)]
            : ImagePairing.PairVolumes(comparison.Before, comparison.After).Select(pair => (pair.Before, pair.After));
        var changes = new List<PackageChange>();
        foreach ((ImageVolume? before, ImageVolume? after) in volumes)
            changes.AddRange(Compare(Packages(comparison.Before, before), Packages(comparison.After, after)));
        return [.. changes.OrderBy(change => change.Kind).ThenBy(change => change.Name, StringComparer.Ordinal)
            .ThenBy(change => change.Architecture, StringComparer.Ordinal)];

        IReadOnlyList<InstalledPackage> Packages(MachineImage image, ImageVolume? volume) =>
            volume?.Root is null ? [] : _inventories.Read(image, volume, cancellation).Packages;
    }

    /// <summary>Compares two lists of packages.</summary>
    public static IEnumerable<PackageChange> Compare(IReadOnlyList<InstalledPackage> before, IReadOnlyList<InstalledPackage> after)
    {
        ILookup<(PackageKind, string, string), string> left = Versions(before), right = Versions(after);
        foreach ((PackageKind Kind, string Name, string Architecture) key in left.Select(group => group.Key)
            .Union(right.Select(group => group.Key)))
        {
            // Several versions may be installed side by side; those that are on one side only are paired in their order.
            string[] gone = [.. left[key].Except(right[key])], come = [.. right[key].Except(left[key])];
            for (int i = 0; i < Math.Max(gone.Length, come.Length); i++)
                yield return new PackageChange(
                    key.Kind, key.Name, key.Architecture, i < gone.Length ? gone[i] : null, i < come.Length ? come[i] : null);
        }
    }

    private static ILookup<(PackageKind, string, string), string> Versions(IReadOnlyList<InstalledPackage> packages) =>
        packages.ToLookup(package => (package.Kind, package.Name, package.Architecture), package => package.Version);
}
