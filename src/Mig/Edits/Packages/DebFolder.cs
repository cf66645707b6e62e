using Mig.Core;
using Mig.History.Revisions;
using Mig.Machines.Installing;
using Mig.Machines.Inventories.Versions;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Edits.Packages;

/// <summary>A folder of packages on this machine, as something to choose from.</summary>
internal sealed class DebFolder
{
    private readonly string _folder;
    private readonly Dictionary<string, DebFile> _packages = new(StringComparer.Ordinal);

    /// <param name="architecture">What the image has; packages for others are left out.</param>
    /// <exception cref="CorruptImageException">DEB-001 to DEB-004: a file there is no package, or a damaged one.</exception>
    public DebFolder(string folder, string architecture)
    {
        _folder = folder;
        if (!Directory.Exists(folder))
            throw new NotFoundException($"{folder} is no folder of this machine");
        foreach (string path in Directory.EnumerateFiles(folder, "*.deb", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            DebFile package = DebFile.Read(path);
            if (package.Control.Architecture == "all" || package.Control.Architecture == architecture)
            {
                if (!_packages.TryGetValue(package.Control.Name, out DebFile? other)
                    || DebianVersion.Compare(other.Control.Version, package.Control.Version) < 0)
                    _packages[package.Control.Name] = package;
            }
        }
    }

    /// <summary>Returns packages by name, with those that they need and the image lacks.</summary>
    /// <exception cref="NotFoundException">There is no such package.</exception>
    public IEnumerable<string> Find(IReadOnlyList<string> names, DpkgState state)
    {
        var chosen = new List<DebFile>();
        var rest = new Queue<string>(names);
        while (rest.TryDequeue(out string? name))
        {
            if (!_packages.TryGetValue(name, out DebFile? package))
                throw new NotFoundException($"{_folder} has no package '{name}'.{NearNames.Suggest(name, _packages.Keys)}");
            if (chosen.Contains(package))
                continue;
            chosen.Add(package);
            foreach (DebianRelation[] choice in package.Control.Needs.Where(choice => !choice.Any(state.Installed.Has)))
            {
                if (choice.FirstOrDefault(relation => _packages.TryGetValue(relation.Name, out DebFile? other)
                    && relation.IsMetBy(other.Control.Version)) is { Name: not null } found)
                    rest.Enqueue(found.Name);
            }
        }

        return chosen.Select(package => package.Path);
    }

    /// <summary>The version of a package that is here; null when there is none.</summary>
    public string? VersionOf(string name) => _packages.GetValueOrDefault(name)?.Control.Version;

    /// <summary>Returns the packages that the image has in an older version.</summary>
    public IEnumerable<string> FindNewer(DpkgState state) => _packages.Values
        .Where(package => state.VersionOf(package.Control.Name) is { } version
            && DebianVersion.Compare(version, package.Control.Version) < 0)
        .Select(package => package.Path);
}
