using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Care.Checks;

/// <summary>
/// The large files of disks that were not proven here. What the others say of a file as a whole was compared with its content when they
/// were committed or checked; content cannot change below an id, so to find each chunk whole is enough for them.
/// </summary>
internal sealed class UnprovenLists(ObjectStore store, ProvenDisks proven, CancellationToken cancellation)
{
    private readonly HashSet<TreeId> _seen = [];

    /// <summary>The lists, and how long their contents are.</summary>
    public Dictionary<ListId, long> Lengths { get; } = [];

    /// <summary>Adds those of an image. What is missing or damaged is passed over.</summary>
    public void Add(in ImageId image)
    {
        var pending = new Stack<TreeId>();
        foreach (ImageDisk disk in ReadDisks(image))
        {
            if (proven.Contains(disk))
                continue;
            foreach (ImageVolume volume in disk.Volumes)
            {
                if (volume.Root is { } root)
                    pending.Push(root.Tree);
            }
        }

        while (pending.TryPop(out TreeId tree))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_seen.Add(tree))
                Add(tree, pending);
        }
    }

    private void Add(in TreeId tree, Stack<TreeId> pending)
    {
        TreeNode node;
        try
        {
            node = TreeReader.ReadNode(store, tree);
        }
        catch (CorruptStoreException)
        {
            return;
        }

        foreach ((_, TreeId child) in node.Children)
            pending.Push(child);
        foreach (TreeEntry entry in node.Entries)
        {
            if (entry.Type == TreeEntryType.Directory)
                pending.Push(entry.Tree);
            if (entry is { List: { } list, Sha256: not null })
                Lengths[list] = entry.Size;
        }
    }

    private IReadOnlyList<ImageDisk> ReadDisks(in ImageId image)
    {
        try
        {
            return MachineImage.Read(store, image).Disks;
        }
        catch (CorruptStoreException)
        {
            return [];
        }
    }
}
