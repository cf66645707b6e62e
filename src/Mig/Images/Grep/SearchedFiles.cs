using System.Globalization;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Files;

namespace Mig.Images.Grep;

/// <summary>
/// Walks the regular files of a version, limited to paths, in the order of the bytes of their paths' parts; hard links count as files.
/// </summary>
internal sealed class SearchedFiles(Repository repository, IReadOnlyList<PathSpec> paths)
{
    /// <summary>Tells whether a directory is worth entering: false when all that is in it was seen.</summary>
    public delegate bool DirectoryFilter(TreeId tree);

    /// <summary>Returns the files.</summary>
    /// <param name="enter">Asked for each directory of which all is wanted.</param>
    public IEnumerable<(GrepFile File, TreeEntry Entry)> Walk(
        string revision, ImageId imageId, DirectoryFilter enter, CancellationToken cancellation)
    {
        MachineImage image = repository.Objects.ReadImage(imageId);
        List<PathSpec> limited = [.. paths.Select(path => PathFinder.TryLocate(repository.Store, image, path)).OfType<PathSpec>()];
        ImageVolume? usual = new ImageBrowser(repository).FindDefaultVolume(image);
        foreach ((ImageDisk disk, ImageVolume volume) in ImageVolumes.WithFiles(image))
        {
            bool isUsual = ReferenceEquals(volume, usual);
            List<ReadOnlyMemory<byte>> limits =
                [.. limited.Where(path => IsMeant(path, new DiskVolume(disk, volume), isUsual)).Select(path => path.Path)];
            if (paths.Count > 0 && limits.Count == 0)
                continue;
            var template = new GrepFile(revision, isUsual ? "" : NameOf(image, disk, volume), default);
            foreach ((GrepFile, TreeEntry) found in Walk(template, volume.Root!, new PathLimits(limits), enter, cancellation))
                yield return found;
        }
    }

    private IEnumerable<(GrepFile File, TreeEntry Entry)> Walk(
        GrepFile top, TreeEntry root, PathLimits limits, DirectoryFilter enter, CancellationToken cancellation)
    {
        var guard = new WalkGuard(repository.Store, repository.Context.Limits, root.Tree);
        var open = new Stack<(ReadOnlyMemory<byte> Path, IReadOnlyList<TreeEntry> Entries, int Next)>();
        Enter(top.Path, root);
        while (open.TryPop(out (ReadOnlyMemory<byte> Path, IReadOnlyList<TreeEntry> Entries, int Next) directory))
        {
            cancellation.ThrowIfCancellationRequested();
            if (directory.Next == directory.Entries.Count)
                continue;
            open.Push(directory with { Next = directory.Next + 1 });
            TreeEntry child = directory.Entries[directory.Next];
            byte[] path = directory.Path.IsEmpty ? child.Name.ToArray() : [.. directory.Path.Span, (byte)'/', .. child.Name.Span];
            guard.Meet(open.Count - 1, path);
            if (child.Type == TreeEntryType.Directory && limits.MayIncludeBelow(path))
            {
                Enter(path, child);
            }
            else if (child.Type is TreeEntryType.File or TreeEntryType.HardLink && limits.Includes(path))
            {
                TreeEntry content = child.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(repository.Store, root, child) : child;
                if (content is { Type: TreeEntryType.File, Size: > 0 })
                    yield return (top with { Path = path }, content);
            }
        }

        void Enter(ReadOnlyMemory<byte> path, TreeEntry directory)
        {
            if (!limits.Includes(path.Span) || enter(directory.Tree))
                open.Push((path, TreeReader.ReadEntries(repository.Store, directory.Tree), 0));
        }
    }

    private static bool IsMeant(PathSpec path, DiskVolume place, bool isUsual) => path.NamesVolume ? path.Means(place) : isUsual;

    // As mig cat takes it.
    private static string NameOf(MachineImage image, ImageDisk disk, ImageVolume volume)
    {
        string number = volume.Number == 0 ? "" : volume.Number.ToString(CultureInfo.InvariantCulture);
        return image.Disks.Count > 1 || number.Length == 0 ? $"@{disk.Name}{(number.Length > 0 ? "." : "")}{number}" : "@" + number;
    }
}
