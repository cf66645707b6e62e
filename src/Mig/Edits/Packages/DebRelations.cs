using Mig.Core;
using Mig.Machines.Installing;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Edits.Packages;

/// <summary>Checks that packages fit into a machine, and to each other. Source: deb-control(5).</summary>
internal sealed class DebRelations(DpkgState state)
{
    /// <exception cref="ConflictException">Two of them exclude each other.</exception>
    /// <exception cref="NotFoundException">One is missing.</exception>
    /// <exception cref="UsageException">One is for another machine, or given twice.</exception>
    public void Check(IReadOnlyList<DebControl> packages)
    {
        foreach (DebControl package in packages)
        {
            if (package.Architecture != "all" && package.Architecture != state.Architecture)
                throw new UsageException(
                    $"{package.Name} {package.Version} is for {package.Architecture}, and the image has {state.Architecture}");
        }

        if (packages.CountBy(package => package.Name).FirstOrDefault(count => count.Value > 1) is { Key: { } twice })
            throw new UsageException($"{twice} is given twice");
        var after = state.Packages.Where(item => packages.All(package => package.Name != StanzaFile.NameOf(item.Key)))
            .ToDictionary(item => item.Key, item => item.Value, StringComparer.Ordinal);
        foreach (DebControl package in packages)
            after[package.Name] = package.ToStatus([]);
        var all = new InstalledSet(after);
        foreach (DebControl package in packages)
        {
            CheckNeeds(package, all);
            foreach (string other in package.Excludes.SelectMany(all.Find).Where(key => StanzaFile.NameOf(key) != package.Name))
                throw Excluded(package.Name, StanzaFile.NameOf(other));
        }

        foreach ((string key, string stanza) in after.Where(item => StanzaFile.InstalledVersion(item.Value) is not null))
            CheckExcludes(StanzaFile.NameOf(key), stanza, packages, all);
    }

    /// <summary>Sorts packages so that each comes after those that it needs; a circle is broken somewhere.</summary>
    public static IReadOnlyList<DebFile> Sort(IReadOnlyList<DebFile> packages)
    {
        var sorted = new List<DebFile>();
        var seen = new HashSet<DebFile>();
        foreach (DebFile package in packages)
            Add(package);
        return sorted;

        void Add(DebFile package)
        {
            if (!seen.Add(package))
                return;
            foreach (DebianRelation need in package.Control.Needs.SelectMany(choice => choice))
            {
                if (packages.FirstOrDefault(other => other.Control.Name == need.Name) is { } other)
                    Add(other);
            }

            sorted.Add(package);
        }
    }

    private static void CheckNeeds(DebControl package, InstalledSet all)
    {
        foreach (DebianRelation[] choice in package.Needs)
        {
            if (!choice.Any(all.Has))
                throw new NotFoundException($"{package.Name} needs {string.Join(" or ", choice.Select(Describe))}, "
                    + "which neither the image nor "
                    + "what is given has; give it, too, or say where packages are with '--source'");
        }
    }

    private static void CheckExcludes(string name, string stanza, IReadOnlyList<DebControl> packages, InstalledSet all)
    {
        foreach (DebianRelation excluded in DebianRelation.Parse(StanzaFile.Field(stanza, "Conflicts"))
            .Concat(DebianRelation.Parse(StanzaFile.Field(stanza, "Breaks"))).SelectMany(choice => choice))
        {
            if (all.Find(excluded).Select(StanzaFile.NameOf).FirstOrDefault(other =>
                other != name && packages.Any(package => package.Name == other)) is { } other)
                throw Excluded(other, name);
        }
    }

    private static ConflictException Excluded(string package, string other) => new(
        $"{package} and {other} exclude each other; remove one of them ('mig remove'), or let dpkg of the image decide with '--run'");

    private static string Describe(DebianRelation relation) =>
        relation.Operator.Length == 0 ? relation.Name : $"{relation.Name} ({relation.Operator} {relation.Version})";
}
