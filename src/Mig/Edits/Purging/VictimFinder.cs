using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>
/// Finds what must go out of images, and which contents stay. Directories that several images share are looked at once for contents, and
/// once under each path.
/// </summary>
/// <param name="isWhole">Whether all is there that the images need. Of what nothing leads to, parts may be gone, and nothing stays.</param>
internal sealed class VictimFinder(ObjectStore store, PurgeRequest request, Limits limits, bool isWhole = true)
{
    private readonly PathLimits? _paths = request.Paths.Count == 0 ? null
        : new PathLimits([.. request.Paths.Select(path => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(path.Trim('/')))]);
    private readonly HashSet<ObjectId> _contents = [.. request.Contents];
    private readonly Dictionary<TreeId, bool> _hasContent = [];
    private readonly HashSet<TreeId> _counted = [];

    /// <summary>SHA-256 of files that stay, and the lists of large ones.</summary>
    public HashSet<ObjectId> Kept { get; } = [];

    /// <summary>Lists of large files that stay.</summary>
    public HashSet<ListId> KeptLists { get; } = [];

    /// <summary>Returns what must go, in the order of paths; takes note of what stays.</summary>
    public IReadOnlyList<PurgedFile> Find(ImageId id, MachineImage image)
    {
        var victims = new List<PurgedFile>();
        if (isWhole)
            KeepAttachments(id, image);
        foreach (ImageDisk disk in image.Disks)
        {
            foreach (ImageVolume volume in disk.Volumes.Where(volume => volume.Root is not null))
            {
                var found = new List<(byte[] Path, TreeEntry Entry)>();
                Walk(volume.Root!, volume.Root!.Tree, [], isBelowVictim: false, found, new WalkGuard(store, limits, volume.Root!.Tree), 0);
                victims.AddRange(found.Select(item => new PurgedFile(id, disk.Name, volume.Number, item.Path, item.Entry)));
            }
        }

        return victims;
    }

    /// <exception cref="UnsupportedFeatureException">What must go is an attachment.</exception>
    private void KeepAttachments(ImageId id, MachineImage image)
    {
        foreach (TreeEntry entry in ImageAttachments.Read(store, image))
        {
            if (entry.Sha256 is { } sha256 && _contents.Contains(sha256))
                throw new UnsupportedFeatureException($"purging an attachment ('{ImageAttachments.NameOf(entry)}' of image {id})",
                    "take it away with 'mig commit --detach', and leave the versions that have it out of the history");
            Keep(entry);
        }
    }

    private void Walk(TreeEntry root, TreeId tree, byte[] path, bool isBelowVictim, List<(byte[] Path, TreeEntry Entry)> victims,
        WalkGuard guard, int depth)
    {
        bool mayHavePaths = isBelowVictim || _paths?.MayIncludeBelow(path) == true;
        if (!mayHavePaths && !HasContent(tree, depth))
        {
            KeepAll(tree);
            return;
        }

        foreach (TreeEntry entry in Read(tree))
        {
            byte[] child = path.Length == 0 ? entry.Name.ToArray() : [.. path, (byte)'/', .. entry.Name.Span];
            guard.Meet(depth, child);
            bool isNamed = isBelowVictim || _paths?.Includes(child) == true;
            if (entry.Type == TreeEntryType.Directory)
            {
                // The directory follows what is in it: it can go when it is empty.
                Walk(root, entry.Tree, child, isNamed, victims, guard, depth + 1);
                if (isNamed)
                    victims.Add((child, entry));
                continue;
            }

            TreeEntry file = entry.Type == TreeEntryType.HardLink ? Follow(root, entry) : entry;
            if (isNamed || (file.Sha256 is { } sha256 && _contents.Contains(sha256)))
                victims.Add((child, file));
            else
                Keep(file);
        }
    }

    private IEnumerable<TreeEntry> Read(TreeId tree)
    {
        if (isWhole)
            return TreeReader.ReadEntries(store, tree);
        try
        {
            return [.. TreeReader.ReadEntries(store, tree)];
        }
        catch (CorruptStoreException)
        {
            return [];
        }
    }

    private TreeEntry Follow(TreeEntry root, TreeEntry link)
    {
        try
        {
            return TreeLookup.FollowLink(store, root, link);
        }
        catch (CorruptStoreException) when (!isWhole)
        {
            return link;
        }
    }

    // Hard links with the content are found where their first name is: the directories of both are read in any case.
    private bool HasContent(TreeId tree, int depth)
    {
        if (_contents.Count == 0)
            return false;
        if (_hasContent.TryGetValue(tree, out bool known))
            return known;
        bool has = false;
        WalkGuard.CheckDepth(depth, limits);
        foreach (TreeEntry entry in Read(tree))
        {
            has |= entry.Type == TreeEntryType.HardLink || (entry.Sha256 is { } sha256 && _contents.Contains(sha256));
            if (entry.Type == TreeEntryType.Directory)
                has |= HasContent(entry.Tree, depth + 1);
        }

        return _hasContent[tree] = has;
    }

    private void KeepAll(TreeId tree)
    {
        if (!isWhole)
            return;
        var pending = new Stack<TreeId>([tree]);
        while (pending.TryPop(out TreeId next))
        {
            if (!_counted.Add(next))
                continue;
            foreach (TreeEntry entry in Read(next))
            {
                if (entry.Type == TreeEntryType.Directory)
                    pending.Push(entry.Tree);
                else
                    Keep(entry);
            }
        }
    }

    // A hard link's file is kept or not where its first name is; if that goes and the link stays, the link says so itself.
    private void Keep(TreeEntry file)
    {
        if (file is not { Type: TreeEntryType.File, Size: > 0 })
            return;
        if (file.Sha256 is { } sha256)
            Kept.Add(sha256);
        if (file.List is { } list)
            KeptLists.Add(list);
    }
}
