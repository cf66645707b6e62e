using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Installing;
using Mig.Machines.Inventories.Versions;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;
using Mig.Machines.Verification;

namespace Mig.Edits.Packages;

/// <summary>
/// Decides for packages whether mig can install them as dpkg would, or dpkg must. What is not certain is for dpkg;
/// what dpkg would refuse is
/// an error.
/// </summary>
internal sealed class InstallPlanner(MachineFiles files, DpkgState state)
{
    private readonly MachineDirectories _directories = new(files);
    private readonly HashSet<string> _newFolders = new(StringComparer.Ordinal);

    /// <summary>The linker's cache as it is to be; null when it stays as it is.</summary>
    public byte[]? LinkerCache { get; private set; }

    /// <param name="packages">In the order in which they are configured.</param>
    /// <exception cref="ConflictException">Packages exclude each other, or have the same file.</exception>
    /// <exception cref="NotFoundException">A package is missing that one of these needs.</exception>
    /// <exception cref="UsageException">A package is for another machine.</exception>
    public IReadOnlyList<PackagePlan> Plan(IReadOnlyList<DebFile> packages, CancellationToken cancellation)
    {
        new DebRelations(state).Check([.. packages.Select(package => package.Control)]);
        var plans = new List<PackagePlan>();
        var scripts = new ScriptChecks(files, state);
        foreach (DebFile package in packages)
        {
            var plan = new PackagePlan(package);
            plans.Add(plan);
            CheckState(plan);
            DebContents.Read(plan, cancellation);
            scripts.Check(plan);
        }

        CheckOwners(plans, cancellation);
        foreach (PackagePlan plan in plans)
            CheckFiles(plan);
        if (plans.TrueForAll(plan => plan.Wakes is null))
            return plans;
        (LinkerCache, string? reason) = new LinkerPlan(files).Make(plans);
        foreach (PackagePlan plan in plans.Where(plan => plan.Wakes is not null))
        {
            if (reason is not null)
                plan.MustRun($"triggers: ldconfig must run: {reason}");
            else
                plan.Rewrite($"triggers: the linker's cache is written, as {plan.Wakes} would");
        }

        return plans;
    }

    private void CheckState(PackagePlan plan)
    {
        DebControl control = plan.File.Control;
        if (state.Pending is { } pending)
            plan.MustRun($"dpkg of the image has more to do or to heed: {pending}");
        if (files.Mounts[0].Path.Length > 0 || files.Mounts[0].Folder.Length > 0)
            plan.MustRun("the root of the machine is a part of its volume");
        if (control.FindStrange() is { } strange)
            plan.MustRun(strange);
        if (state.VersionOf(control.Name) is { } version)
        {
            if (DebianVersion.Compare(control.Version, version) < 0)
                throw new ConflictException($"{control.Name} is installed in version {version}, "
                    + $"which is newer than {control.Version}; with "
                    + "'--run', dpkg of the image goes back to that");
            plan.MustRun($"version {version} is installed, whose scripts and files are asked when another one comes");
        }
        else if (state.Packages.ContainsKey(control.Name))
        {
            plan.MustRun("the image has a record of an earlier installation");
        }
    }

    // Two packages with one file: what replaces what is dpkg's to decide, and mostly an error.
    private void CheckOwners(List<PackagePlan> plans, CancellationToken cancellation)
    {
        HashSet<string> paths = [.. plans.SelectMany(plan => plan.Entries)
            .Where(entry => entry.Member.Type != Archives.ArchiveMemberType.Directory).Select(entry => entry.Path)];
        IReadOnlyDictionary<string, string> owners = state.FindOwners(paths, cancellation);
        var given = new Dictionary<string, PackagePlan>(StringComparer.Ordinal);
        foreach (PackagePlan plan in plans)
        {
            DebianRelation[] replaced = [.. DebianRelation.Parse(plan.File.Control["Replaces"]).SelectMany(choice => choice)];
            foreach (DebEntry entry in plan.Entries.Where(entry => paths.Contains(entry.Path)))
            {
                string? other = owners.GetValueOrDefault(entry.Path)?.Split(':')[0];
                if (given.TryGetValue(entry.Path, out PackagePlan? first))
                    other ??= first.File.Control.Name;
                given[entry.Path] = plan;
                if (other is null || other == plan.File.Control.Name)
                    continue;

                // A script may move the other one away first (dpkg-divert).
                if (!replaced.Any(relation => relation.Name == other) && plan.IsNative && first?.IsNative != false)
                    throw new ConflictException($"{Utf8(entry.Path)} is in {plan.File.Control.Name} and in {other}, which it does not "
                        + "replace; dpkg would refuse that, too");
                plan.MustRun($"it takes {Utf8(entry.Path)} over from {other}");
                first?.MustRun($"{plan.File.Control.Name} takes {Utf8(entry.Path)} over from it");
            }
        }
    }

    private void CheckFiles(PackagePlan plan)
    {
        // Its own files are there; dpkg, which must run anyway, knows which of them go.
        if (state.Packages.ContainsKey(plan.File.Control.Name))
            return;
        foreach (DebEntry entry in plan.Entries)
        {
            if (CheckFile(entry) is { } reason)
                plan.MustRun(reason);
        }
    }

    private string? CheckFile(DebEntry entry)
    {
        if (entry.Path == "/.")
            return null;
        string path = Utf8(entry.Path);
        if (state.Diverted.Contains(entry.Path))
            return $"{path} is diverted";
        if (path.Contains('\uFFFD', StringComparison.Ordinal) || path.Contains('\n', StringComparison.Ordinal))
            return $"{path} is a name that is not in UTF-8, or has a line break";
        MachineFile? there = _directories.Find(path[1..]);
        bool isFolder = entry.Member is { Type: Archives.ArchiveMemberType.Directory };
        if (there is not null)
        {
            return !isFolder ? $"{path} is there already, and is no package's"
                : files.Find(path)?.Entry.Type != TreeEntryType.Directory ? $"{path} is there, and is no directory" : null;
        }

        if (_newFolders.Contains(path))
            return isFolder ? null : $"{path} is a directory in another package";
        string parent = path[..path.LastIndexOf('/')];
        if (!_newFolders.Contains(parent) && !IsPlace(parent))
            return $"{parent} is not there, or on another volume than /";
        if (isFolder)
            _newFolders.Add(path);
        return null;
    }

    private bool IsPlace(string folder) => files.Find(folder) is { Entry.Type: TreeEntryType.Directory } found
        && files.MountOf(found.Path) == files.Mounts[0];

    private static string Utf8(string path) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path));
}
