using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Store;

namespace Mig.Images.Inventories;

/// <summary>
/// Takes inventories of images. Each is computed once and then comes from a cache in the repository, as long as that can be written. What
/// one version's directories hold is remembered for the next. For one thread.
/// </summary>
public sealed class InventoryReader
{
    private readonly Repository? _repository;
    private readonly IContentSource _objects;
    private readonly int _parallelism;
    private readonly InventoryScan _scan;
    private readonly InventoryCache? _cache;

    public InventoryReader(Repository repository)
        : this((repository ?? throw new ArgumentNullException(nameof(repository))).Store, repository.Context.Parallelism,
            repository.Context.Limits)
    {
        _repository = repository;
        _cache = new InventoryCache(repository.Folder);
    }

    /// <summary>Takes inventories of what is not in a repository; none is kept.</summary>
    internal InventoryReader(IContentSource objects, int parallelism, Limits limits)
    {
        _objects = objects;
        _parallelism = parallelism;
        _scan = new InventoryScan(objects, parallelism, limits);
    }

    /// <summary>Takes the inventory of an image, and finds what it does not rest on.</summary>
    /// <param name="volume">The volume with the operating system, without a path; null for the one that has it.</param>
    /// <param name="revision">How the user called the image, for messages.</param>
    /// <exception cref="NotFoundException">There is no such volume.</exception>
    /// <exception cref="UsageException">Several volumes have files, and none is known as the operating system's.</exception>
    public Inventory Read(MachineImage image, PathSpec? volume, string revision, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (volume is null && !ImageVolumes.WithFiles(image).Any())
            return new Inventory(null, "", [], [], [], [], [], []) { Coverage = new CoverageReader(_objects).ReadWithout(image) };
        ImagePath root = new ImageBrowser(_repository!).Find(image, volume ?? PathSpec.Root, revision);
        Inventory inventory = Read(image, root.Volume, cancellation);
        var files = new MachineFiles(_objects, _parallelism, image, root.Volume);
        return inventory with
        {
            Coverage = new CoverageReader(_objects).Read(image, root.Volume, files, isChosen: volume is not null)
            .With(inventory.Warnings)
        };
    }

    /// <summary>Takes the inventory of the operating system on a volume; what of the image it does not rest on is left out.</summary>
    /// <param name="root">A volume of the image that was looked into.</param>
    public Inventory Read(MachineImage image, ImageVolume root, CancellationToken cancellation = default)
    {
        var files = new MachineFiles(_objects, _parallelism, image, root);
        if (_cache?.Read(files) is { } known)
            return known;
        Inventory inventory = _scan.Read(files, WindowsPath.IsUsedOn(root), cancellation);
        _cache?.Write(files, inventory);
        return inventory;
    }
}
