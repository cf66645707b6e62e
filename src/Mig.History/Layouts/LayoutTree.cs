using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>The nodes of a layout, read where they are needed; what was read last is kept. For several threads.</summary>
/// <param name="root">The layout; null for a disk of zeros.</param>
/// <param name="length">Bytes of the disk.</param>
internal sealed class LayoutTree(IObjectSource store, LayoutId? root, long length)
{
    private const long Capacity = 32 << 20;
    private const int PieceWeight = 64;

    private readonly RecentCache<LayoutId, LayoutNode> _nodes = new(Capacity);
    private readonly int _rootLevel = LayoutFormat.RootLevel(length);

    /// <summary>Finds the leaf of a mebibyte of the disk.</summary>
    /// <param name="isAtHandOnly">Looks only at what is kept.</param>
    /// <param name="leaf">Null when all of it is zero.</param>
    /// <returns>False when a node would have to be read.</returns>
    public bool TryFindLeaf(long number, bool isAtHandOnly, out LayoutNode? leaf)
    {
        leaf = null;
        if (root is not { } id)
            return true;
        for (int level = _rootLevel; ; level--)
        {
            if (!_nodes.TryGet(id, out LayoutNode? node))
            {
                if (isAtHandOnly)
                    return false;
                node = Read(id, level);
            }

            if (level == 0)
            {
                leaf = node;
                return true;
            }

            long leavesPerChild = LayoutFormat.Span(level - 1) / LayoutFormat.LeafSize;
            if (FindChild(node, (int)(number / leavesPerChild % LayoutFormat.FanOut)) is not { } child)
                return true;
            id = child;
        }
    }

    /// <summary>Returns the leaf of a mebibyte of the disk; null when all of it is zero.</summary>
    public LayoutNode? FindLeaf(long number)
    {
        TryFindLeaf(number, isAtHandOnly: false, out LayoutNode? leaf);
        return leaf;
    }

    private LayoutNode Read(LayoutId id, int level) => _nodes.Get(id, _ =>
    {
        LayoutNode node = LayoutReader.ReadNode(store, id, level);
        return (node, (long)PieceWeight * (1 + node.Pieces.Count + node.Children.Count));
    });

    private static LayoutId? FindChild(LayoutNode node, int slot)
    {
        // As many as 128, ascending.
        int low = 0, high = node.Children.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int found, LayoutId child) = node.Children[middle];
            if (found == slot)
                return child;
            if (found < slot)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
