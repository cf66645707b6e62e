using System.Collections.Concurrent;
using Mig.Browse;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Inventories.Executables;
using Mig.Inventories.Languages;
using Mig.Inventories.Systems;
using Mig.Inventories.Windows;
using Mig.Store;

namespace Mig.Inventories;

/// <summary>
/// Takes inventories of images. Each is computed once and then comes from a cache in the repository, as long as that can be written. What one version's
/// directories hold is remembered for the next. For one thread.
/// </summary>
public sealed class InventoryReader
{
    private readonly Repository? _repository;
    private readonly IContentSource _objects;
    private readonly int _parallelism;
    private readonly LanguageWalk _walk;
    private readonly InventoryCache? _cache;

    public InventoryReader(Repository repository)
        : this((repository ?? throw new ArgumentNullException(nameof(repository))).Store, repository.Context.Parallelism, repository.Context.Limits)
    {
        _repository = repository;
        _cache = new InventoryCache(repository.Folder);
    }

    /// <summary>Takes inventories of what is not in a repository; none is kept.</summary>
    internal InventoryReader(IContentSource objects, int parallelism, Limits limits)
    {
        _objects = objects;
        _parallelism = parallelism;
        _walk = new LanguageWalk(objects, limits);
    }

    /// <summary>Takes the inventory of an image, and finds what it does not rest on.</summary>
    /// <param name="volume">The volume with the operating system, without a path; null for the one that has it.</param>
    /// <param name="revision">How the user called the image, for messages.</param>
    /// <exception cref="NotFoundException">There is no such volume.</exception>
    /// <exception cref="UsageException">Several volumes have files, and none is known as the operating system's.</exception>
    public Inventory Read(MachineImage image, PathSpec? volume, string revision, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (volume is null && !ImageBrowser.VolumesWithFiles(image).Any())
            return new Inventory(null, "", [], [], [], [], [], []) { Coverage = new CoverageReader(_objects).ReadWithout(image) };
        ImagePath root = new ImageBrowser(_repository!).Find(image, volume ?? new PathSpec(null, null, default), revision);
        Inventory inventory = Read(image, root.Volume, cancellation);
        var files = new MachineFiles(_objects, _parallelism, image, root.Volume);
        return inventory with { Coverage = new CoverageReader(_objects).Read(image, root.Volume, files, isChosen: volume is not null).With(inventory.Warnings) };
    }

    /// <summary>Takes the inventory of the operating system on a volume; what of the image it does not rest on is left out.</summary>
    /// <param name="root">A volume of the image that was looked into.</param>
    public Inventory Read(MachineImage image, ImageVolume root, CancellationToken cancellation = default)
    {
        var files = new MachineFiles(_objects, _parallelism, image, root);
        if (_cache?.Read(files) is { } known)
            return known;
        Inventory inventory = Read(files, WindowsPath.IsUsedOn(root), cancellation);
        _cache?.Write(files, inventory);
        return inventory;
    }

    private Inventory Read(MachineFiles files, bool mayBeWindows, CancellationToken cancellation)
    {
        var warnings = new ConcurrentBag<string>();
        if (mayBeWindows && new WindowsReader(new WindowsHives(_objects, _parallelism, files.Mounts[0].Root), warnings.Add) is { IsWindows: true } windows)
            return ReadWindows(files, windows, warnings, cancellation);
        IReadOnlyList<InstalledPackage> system = PackageDatabases.Read(files, warnings.Add, cancellation);
        OsRelease? release = Try(() => OsReleaseFile.Read(files));

        // No packages are no answer: a system has some, wherever it keeps them.
        if (system.Count == 0 && release is not null && warnings.IsEmpty)
            warnings.Add(OtherPackageSystems.Describe(files, PackageDatabases.AnyIn(files)));
        IReadOnlyCollection<InstalledPackage> languages = LanguagePackages.Read(files, _walk, system.Count > 0, warnings.Add, cancellation);
        IReadOnlyList<EnabledUnit> units = SystemdUnits.Read(files);
        return new Inventory(
            release,
            Architecture(files, system),
            Kernels.Read(files),
            Sort([.. system, .. languages]),
            Try(() => Users.Read(files)) ?? [],
            units,
            Try(() => Listeners.Read(files, units)) ?? [],
            [.. warnings.Order(StringComparer.Ordinal)]);

        T? Try<T>(Func<T?> read)
        {
            try
            {
                return read();
            }
            catch (CorruptImageException e)
            {
                warnings.Add(e.Message);
                return default;
            }
        }
    }

    private Inventory ReadWindows(MachineFiles files, WindowsReader windows, ConcurrentBag<string> warnings, CancellationToken cancellation)
    {
        WindowsSystem? system = windows.ReadSystem();
        IReadOnlyCollection<InstalledPackage> languages = LanguagePackages.Read(files, _walk, hasSystemPackages: false, warnings.Add, cancellation);
        InstalledPackage[] packages = Sort([.. windows.ReadPrograms(), .. languages]);
        string architecture = windows.Architecture;
        IReadOnlyList<UserAccount> users = windows.ReadUsers();
        IReadOnlyList<EnabledUnit> services = windows.ReadServices();
        return new Inventory(system is null ? null : WindowsReader.ToRelease(system), architecture, [], packages, users, services, [], [.. warnings.Distinct().Order(StringComparer.Ordinal)]) { Windows = system };
    }

    private static InstalledPackage[] Sort(InstalledPackage[] packages)
    {
        Array.Sort(packages, (left, right) =>
        {
            int order = left.Kind.CompareTo(right.Kind);
            order = order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
            order = order != 0 ? order : string.CompareOrdinal(left.Architecture, right.Architecture);
            order = order != 0 ? order : string.CompareOrdinal(left.Version, right.Version);
            return order != 0 ? order : string.CompareOrdinal(left.Location, right.Location);
        });
        return packages;
    }

    // The architecture of most packages, else that of the shell.
    private static string Architecture(MachineFiles files, IReadOnlyList<InstalledPackage> packages)
    {
        IGrouping<string, InstalledPackage>? most = packages.Where(package => package.Architecture is not ("" or "all" or "noarch" or "any"))
            .GroupBy(package => package.Architecture).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).FirstOrDefault();
        if (most is not null)
            return most.Key;
        return files.Find("bin/sh") is { Entry.Type: History.Trees.TreeEntryType.File } shell && ElfFile.Open(new ContentSource(files.Store, shell.Entry)) is { } elf ? elf.MachineName : "";
    }
}
