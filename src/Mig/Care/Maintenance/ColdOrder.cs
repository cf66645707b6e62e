using System.IO.Hashing;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Ingest;
using Mig.Store;
using Mig.Store.Collection;
using Mig.Store.Content;
using Mig.Store.Packs;

namespace Mig.Care.Maintenance;

/// <summary>
/// Says how blobs stand best for compression: what has the same kind of name together, then the same name, then the same path; the
/// versions of
/// a file stand beside each other, place by place. Each tree is read once.
/// </summary>
internal sealed class ColdOrder(ObjectStore store, CancellationToken cancellation)
{
    // A place in a file of up to 64 TiB, below 24 bits of the path's hash.
    private const int PlaceBits = 40;
    private const int PlaceUnitBits = 6;

    private readonly ObjectMarks _numbers = new(store);
    private readonly List<OrderKey> _keys = [default];
    private readonly HashSet<TreeId> _trees = [];
    private readonly HashSet<ListId> _lists = [];

    /// <summary>Looks at the names of an image's files.</summary>
    /// <exception cref="CorruptStoreException">A tree is missing or damaged.</exception>
    public void Add(in ImageId image)
    {
        var open = new Stack<(TreeId Tree, ulong Path)>();
        MachineImage read = MachineImage.Read(store, image);
        if (read.Attachments is { } attachments)
            open.Push((attachments, 0));
        foreach (ImageVolume volume in read.Disks.SelectMany(disk => disk.Volumes))
        {
            if (volume.Root is { } root)
                open.Push((root.Tree, 0));
        }

        while (open.TryPop(out (TreeId Tree, ulong Path) next))
        {
            if (!_trees.Add(next.Tree))
                continue;
            cancellation.ThrowIfCancellationRequested();
            TreeNode node = TreeReader.ReadNode(store, next.Tree);
            foreach ((_, TreeId child) in node.Children)
                open.Push((child, next.Path));
            foreach (TreeEntry entry in node.Entries)
            {
                ulong path = XxHash64.HashToUInt64(entry.Name.Span, (long)next.Path);
                if (entry.Type == TreeEntryType.Directory)
                    open.Push((entry.Tree, path));
                else if (entry.Type == TreeEntryType.File && entry.Size > 0)
                    Add(entry, path);
            }
        }
    }

    /// <summary>Returns the blobs in their order; those of no file come last, in the order of their disks.</summary>
    public IReadOnlyList<ColdObject> Sort(IEnumerable<(BlobId Id, ObjectLocation Location)> blobs)
    {
        List<ColdObject> objects = [.. blobs.Select(blob => Place(blob.Id, blob.Location))];
        objects.Sort();
        return objects;
    }

    private ColdObject Place(in BlobId id, in ObjectLocation location)
    {
        int number = _numbers.Find(id.Value, out _, out bool found);
        return found && number != 0 ? new ColdObject(id, location.Length, _keys[number]) : ColdObject.WhereItLies(id, location,
            FileOrder.ResidueFamily);
    }

    private void Add(TreeEntry entry, ulong path)
    {
        OrderKey key = FileOrder.KeyOf(entry.Name.Span);
        ulong position = path << PlaceBits;
        if (entry.List is not { } list)
        {
            if (entry.Sha256 is { } blob)
                Set(blob, key with { Position = position });
            return;
        }

        if (!_lists.Add(list))
            return;
        ulong offset = 0;
        foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
        {
            if (!chunk.IsHole)
                Set(chunk.Blob.Value, key with { Position = position | ((offset >> PlaceUnitBits) & ((1UL << PlaceBits) - 1)) });
            offset += (ulong)chunk.Length;
        }
    }

    private void Set(in ObjectId blob, in OrderKey key)
    {
        ref int number = ref _numbers.Find(blob, out _, out bool found);
        if (!found || number != 0)
            return;
        number = _keys.Count;
        _keys.Add(key);
    }
}
