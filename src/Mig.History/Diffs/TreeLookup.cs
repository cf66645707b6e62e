using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Diffs;

/// <summary>Finds entries by path, reading only the nodes on the way.</summary>
public static class TreeLookup
{
    /// <summary>Finds a path below a root; null when nothing stands there. Links are not followed.</summary>
    public static TreeEntry? Find(IObjectSource store, TreeEntry root, ReadOnlySpan<byte> path)
    {
        TreeEntry? entry = root;
        while (!path.IsEmpty && entry is { Type: TreeEntryType.Directory })
        {
            int slash = path.IndexOf((byte)'/');
            entry = TreeReader.Find(store, entry.Tree, slash < 0 ? path : path[..slash]);
            path = slash < 0 ? default : path[(slash + 1)..];
        }

        return path.IsEmpty ? entry : null;
    }

    /// <summary>Returns the entry that has the content of a hard link, under the link's name.</summary>
    /// <exception cref="CorruptStoreException">The link names no file.</exception>
    public static TreeEntry FollowLink(IObjectSource store, TreeEntry root, TreeEntry link)
    {
        ArgumentNullException.ThrowIfNull(link);

        // A hard link names an entry with content, never another hard link; its path begins at the root, with a slash.
        TreeEntry? target = Find(store, root, link.LinkTarget.Span.TrimStart((byte)'/'));
        if (target is null || target.Type is TreeEntryType.HardLink or TreeEntryType.Directory)
            throw new CorruptStoreException(
                "OBJ-008",
                $"hard link '{Encoding.UTF8.GetString(link.Name.Span)}' names '{Encoding.UTF8.GetString(link.LinkTarget.Span)}', which is "
                + "no file; run mig fsck");
        return target with { Name = link.Name };
    }
}
