using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.History.Graph;

/// <summary>Says what an object names: the edges of the graph that fsck, gc and transfer walk.</summary>
public static class ObjectReferences
{
    /// <summary>Reads an object and returns what it names, in its own order; an id may come twice.</summary>
    /// <exception cref="CorruptStoreException">The object is missing or damaged.</exception>
    public static IEnumerable<ObjectReference> Of(IObjectSource store, in ObjectId id, ObjectKind kind)
    {
        ArgumentNullException.ThrowIfNull(store);
        return kind switch
        {
            ObjectKind.Blob => [],
            ObjectKind.List => OfList(store, new ListId(id)),
            ObjectKind.Tree => OfTree(TreeReader.ReadNode(store, new TreeId(id))),
            ObjectKind.Layout => OfLayout(LayoutReader.ReadNode(store, new LayoutId(id))),
            ObjectKind.Image => OfImage(MachineImage.Read(store, new ImageId(id))),
            ObjectKind.Commit => OfCommit(Commit.Parse(store.ReadPayload(id, kind).Span, id)),
            ObjectKind.Tag => OfTag(Tag.Parse(store.ReadPayload(id, kind).Span, id)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static IEnumerable<ObjectReference> OfList(IObjectSource store, ListId id)
    {
        (int depth, IReadOnlyList<Chunk> entries) = ChunkList.ReadEntries(store, id);
        return entries.Where(entry => !entry.IsHole).Select(entry => depth > 0
            ? new ObjectReference(entry.Blob.Value, ObjectKind.List)
            : new ObjectReference(entry.Blob.Value, ObjectKind.Blob, ExactLength: entry.Length));
    }

    private static IEnumerable<ObjectReference> OfTree(TreeNode node)
    {
        foreach ((_, TreeId child) in node.Children)
            yield return new ObjectReference(child.Value, ObjectKind.Tree);
        foreach (TreeEntry entry in node.Entries)
        {
            if (entry.Type == TreeEntryType.Directory)
                yield return new ObjectReference(entry.Tree.Value, ObjectKind.Tree);
            else if (entry.List is { } list)
                yield return new ObjectReference(list.Value, ObjectKind.List);
            else if (entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } blob })
                yield return new ObjectReference(blob, ObjectKind.Blob, ExactLength: entry.Size);
        }
    }

    private static IEnumerable<ObjectReference> OfLayout(LayoutNode node)
    {
        foreach ((_, LayoutId child) in node.Children)
            yield return new ObjectReference(child.Value, ObjectKind.Layout);
        foreach (LayoutPiece piece in node.Pieces)
            yield return new ObjectReference(piece.Blob.Value, ObjectKind.Blob, MinLength: piece.BlobOffset + piece.Length);
    }

    private static IEnumerable<ObjectReference> OfImage(MachineImage image)
    {
        foreach (ImageDisk disk in image.Disks)
        {
            if (disk.Layout is { } layout)
                yield return new ObjectReference(layout.Value, ObjectKind.Layout);
            foreach (ImageVolume volume in disk.Volumes)
            {
                if (volume.Root is { } root)
                    yield return new ObjectReference(root.Tree.Value, ObjectKind.Tree);
            }
        }

        if (image.Attachments is { } attachments)
            yield return new ObjectReference(attachments.Value, ObjectKind.Tree);
    }

    private static IEnumerable<ObjectReference> OfCommit(Commit commit)
    {
        yield return new ObjectReference(commit.Image.Value, ObjectKind.Image);
        foreach (CommitId parent in commit.Parents)
            yield return new ObjectReference(parent.Value, ObjectKind.Commit);
    }

    private static IEnumerable<ObjectReference> OfTag(Tag tag)
    {
        yield return new ObjectReference(tag.Target, tag.TargetKind);
    }
}
