using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Mounts;

namespace Mig.Images.Verification;

/// <summary>
/// Finds which records of dpkg are new in a version where nothing else could have made a file differ from what its package recorded: then
/// only these need be compared.
/// </summary>
internal sealed class AddedRecords(Repository repository)
{
    // What dpkg and the linker write along with any package, and what no package records.
    private static readonly string[] Own = [DpkgDatabase.Folder + "/", "var/log/", "var/cache/", "etc/ld.so.cache"];

    // Where a record is that moves others, and the databases of other managers, which are files that change as a whole.
    private static readonly string[] Moving = [DpkgDatabase.Folder + "/diversions", DpkgDatabase.Folder + "/statoverride"];

    /// <summary>Returns the paths of the new records, without a slash in front; null when all must be compared.</summary>
    /// <param name="isExpected">Tells of a path that it was changed with intent.</param>
    public IReadOnlySet<string>? Find(MachineImage before, MachineImage after, Predicate<string> isExpected)
    {
        if (Open(before) is not { } old || Open(after) is not { } now || old.Mounts.Count != now.Mounts.Count)
            return null;
        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach ((MountPoint from, MountPoint to) in old.Mounts.Zip(now.Mounts))
        {
            if (from.Path != to.Path || from.Folder != to.Folder || from.Folder.Length > 0
                || !new TreeDiff(repository.Store, PathLimits.None) { Limits = repository.Context.Limits }
                    .Visit(from.Root, to.Root, change => Take(change, to, old, now, added, isExpected)))
                return null;
        }

        return added;
    }

    private static bool Take(
        TreeChange change, MountPoint mount, MachineFiles old, MachineFiles now, HashSet<string> added, Predicate<string> isExpected)
    {
        string path = mount.OfVolume("/" + Encoding.UTF8.GetString(change.Path.Span))[1..];
        if (change.Entry.Type == TreeEntryType.SymbolicLink && (LeadsToDirectory(old, path) || LeadsToDirectory(now, path)))
            return false;
        if (Array.IndexOf(Moving, path) >= 0)
            return false;
        if (path.StartsWith($"{DpkgDatabase.Folder}/info/", StringComparison.Ordinal) && change.After is not null)
            added.Add(path);
        return change.Before is null || isExpected(path) || (change.IsMetadataOnly && change.Entry.Type == TreeEntryType.Directory)
            || Array.Exists(Own, own => path.StartsWith(own, StringComparison.Ordinal));
    }

    private static bool LeadsToDirectory(MachineFiles files, string path) => files.Find(path)?.Entry.Type == TreeEntryType.Directory;

    private MachineFiles? Open(MachineImage image) => SystemVolume.FindDefault(repository.Store, image) is { } root
        ? new MachineFiles(repository.Store, repository.Context.Parallelism, image, root) : null;
}
