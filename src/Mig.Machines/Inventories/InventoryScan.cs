using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Executables;
using Mig.Machines.Inventories.Languages;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Windows;
using Mig.Store;

namespace Mig.Machines.Inventories;

/// <summary>Reads what a machine says of itself. What one version's directories hold is remembered for the next. For one thread.</summary>
internal sealed class InventoryScan(IContentSource objects, int parallelism, Limits limits)
{
    private readonly LanguageWalk _walk = new(objects, limits);

    /// <summary>Takes the inventory.</summary>
    /// <param name="mayBeWindows">Whether the root volume is of a kind that Windows uses.</param>
    public Inventory Read(MachineFiles files, bool mayBeWindows, CancellationToken cancellation)
    {
        var warnings = new ConcurrentBag<string>();
        if (mayBeWindows && new WindowsReader(
            new WindowsHives(objects, parallelism, files.Mounts[0].Root), warnings.Add) is { IsWindows: true } windows)
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
        IReadOnlyCollection<InstalledPackage> languages =
            LanguagePackages.Read(files, _walk, hasSystemPackages: false, warnings.Add, cancellation);
        InstalledPackage[] packages = Sort([.. windows.ReadPrograms(), .. languages]);
        string architecture = windows.Architecture;
        IReadOnlyList<UserAccount> users = windows.ReadUsers();
        IReadOnlyList<EnabledUnit> services = windows.ReadServices();
        return new Inventory(system is null ? null : WindowsReader.ToRelease(system), architecture, [], packages, users, services, [],
            [.. warnings.Distinct().Order(StringComparer.Ordinal)])
        { Windows = system };
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
        IGrouping<string, InstalledPackage>? most =
            packages.Where(package => package.Architecture is not ("" or "all" or "noarch" or "any"))
            .GroupBy(package => package.Architecture).OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key, StringComparer.Ordinal).FirstOrDefault();
        if (most is not null)
            return most.Key;
        return files.Find("bin/sh") is { Entry.Type: TreeEntryType.File } shell
            && ElfFile.Open(new ContentSource(files.Store, shell.Entry)) is { } elf ? elf.MachineName : "";
    }
}
