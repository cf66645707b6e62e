using Mig.Catalog;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.Images.Browse;
using Mig.Images.Inventories;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Store;

namespace Mig.Images.Searching;

/// <summary>Tells the catalogue what is in a repository.</summary>
internal sealed class CatalogSource(Repository repository) : ICatalogSource
{
    private readonly ImageBrowser _browser = new(repository);
    private readonly InventoryReader _inventories = new(repository);

    public IObjectSource Store => repository.Store;

    public Limits Limits => repository.Context.Limits;

    public IReadOnlySet<ObjectId> Shallow => repository.Objects.Shallow;

    public Commit ReadCommit(CommitId id) => repository.Objects.ReadCommit(id);

    public IReadOnlyList<CatalogVolume> ReadVolumes(ImageId id)
    {
        MachineImage image = repository.Objects.ReadImage(id);
        ImageVolume? system = _browser.FindDefaultVolume(image);
        return [.. ImageVolumes.WithFiles(image).Select(item =>
            new CatalogVolume(ReferenceEquals(item.Volume, system) ? "" : ImageVolumes.PrefixOf(image, item.Disk, item.Volume),
                item.Volume.Root!))];
    }

    public IReadOnlyList<CatalogPackage> ReadPackages(ImageId id)
    {
        MachineImage image = repository.Objects.ReadImage(id);
        if (_browser.FindDefaultVolume(image) is not { } system)
            return [];
        return [.. _inventories.Read(image, system).Packages.Select(package =>
            new CatalogPackage(PackageKinds.NameOf(package.Kind), package.Name, package.Version, package.Architecture))];
    }
}
