using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>
/// Proves that layouts fit their disks. A node that lies within its disk is read once, however many disks share it. For one thread.
/// </summary>
public sealed class LayoutCheck(IObjectSource store)
{
    private readonly HashSet<(LayoutId Node, int Level)> _sound = [];

    /// <exception cref="CorruptStoreException">OBJ-005: it reaches over the end of the disk. Others: a node is missing or damaged, or has
    /// another level.</exception>
    public void Check(in LayoutId root, long diskLength) => Check(root, LayoutFormat.RootLevel(diskLength), 0, diskLength);

    private void Check(in LayoutId id, int level, long start, long diskLength)
    {
        long span = LayoutFormat.Span(level);
        bool isWhole = span <= diskLength - start;
        if (isWhole && _sound.Contains((id, level)))
            return;
        LayoutNode node = LayoutReader.ReadNode(store, id, level);
        if (level == 0)
        {
            LayoutFormat.CheckEnd(id, node, start, diskLength);
        }
        else
        {
            foreach ((int slot, LayoutId child) in node.Children)
                Check(child, level - 1, LayoutFormat.ChildStart(id, slot, level, start, diskLength), diskLength);
        }

        if (isWhole)
            _sound.Add((id, level));
    }
}
