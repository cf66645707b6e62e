using Mig.Core;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.History.Diffs;

/// <summary>Compares the layouts of two disks. Nodes with the same id are not read.</summary>
public sealed class LayoutDiff(IObjectSource store)
{
    /// <summary>Returns the ranges that are described differently, ascending; each lies within one piece of either side.</summary>
    /// <exception cref="CorruptStoreException">A node is missing or damaged.</exception>
    public IEnumerable<LayoutChange> Compare(LayoutId? before, long lengthBefore, LayoutId? after, long lengthAfter)
    {
        int level = Math.Max(LayoutFormat.RootLevel(lengthBefore), LayoutFormat.RootLevel(lengthAfter));
        return Compare(
            new Side(before, LayoutFormat.RootLevel(lengthBefore), lengthBefore),
            new Side(after, LayoutFormat.RootLevel(lengthAfter), lengthAfter),
            level,
            0);
    }

    private IEnumerable<LayoutChange> Compare(Side before, Side after, int level, long start)
    {
        if (before.Node == after.Node && (before.Node is null || before.Level == after.Level))
            return [];
        return level == 0 ? CompareLeaves(Pieces(before, start), Pieces(after, start), start) : CompareInner(before, after, level, start);
    }

    private IEnumerable<LayoutChange> CompareInner(Side before, Side after, int level, long start)
    {
        Dictionary<int, Side> left = Children(before, level), right = Children(after, level);
        long span = LayoutFormat.Span(level - 1);
        foreach (int slot in left.Keys.Union(right.Keys).Order())
        {
            if (slot > 0 && span > (Math.Max(before.DiskLength, after.DiskLength) - start) / slot)
                throw LayoutFormat.Corrupt((left.TryGetValue(slot, out Side one) ? one : right[slot]).Node!.Value,
                    $"it lies in slot {slot}, after the end of the disk");
            Side oldChild = left.GetValueOrDefault(slot, before with { Node = null }),
                newChild = right.GetValueOrDefault(slot, after with { Node = null });
            foreach (LayoutChange change in Compare(oldChild, newChild, level - 1, start + (slot * span)))
                yield return change;
        }
    }

    // The layout of a shorter disk has fewer levels; it is what stands in the first slot of the longer one's.
    private Dictionary<int, Side> Children(Side side, int level)
    {
        if (side.Node is not { } id)
            return [];
        if (side.Level < level)
            return new Dictionary<int, Side> { [0] = side };
        LayoutNode node = LayoutReader.ReadNode(store, id, level);
        return node.Children.ToDictionary(child => child.Slot, child => side with { Node = child.Child, Level = level - 1 });
    }

    private List<LayoutPiece> Pieces(Side side, long start)
    {
        if (side.Node is not { } id)
            return [];
        LayoutNode leaf = LayoutReader.ReadNode(store, id, 0);
        LayoutFormat.CheckEnd(id, leaf, start, side.DiskLength);
        return [.. leaf.Pieces];
    }

    /// <summary>
    /// Returns the ranges that two lists of pieces describe differently, ascending; each lies within one piece of either side.
    /// </summary>
    /// <param name="before">Ascending and disjoint, like <paramref name="after"/>.</param>
    public static IEnumerable<LayoutChange> ComparePieces(IReadOnlyList<LayoutPiece> before, IReadOnlyList<LayoutPiece> after) =>
        CompareLeaves(before, after, 0);

    private static IEnumerable<LayoutChange> CompareLeaves(IReadOnlyList<LayoutPiece> before, IReadOnlyList<LayoutPiece> after, long start)
    {
        int left = 0, right = 0;
        for (long position = 0; left < before.Count || right < after.Count;)
        {
            (LayoutPiece? oldPiece, long oldEnd) = At(before, ref left, position);
            (LayoutPiece? newPiece, long newEnd) = At(after, ref right, position);
            long end = Math.Min(oldEnd, newEnd);
            if (end == long.MaxValue)
                yield break;
            LayoutPiece? was = Cut(oldPiece, position, end, start), now = Cut(newPiece, position, end, start);
            if (was != now)
                yield return new LayoutChange(ByteRange.FromBounds(start + position, start + end), was, now);
            position = end;
        }
    }

    // The piece at a position, or null for zeros, and where that ends.
    private static (LayoutPiece? Piece, long End) At(IReadOnlyList<LayoutPiece> pieces, ref int next, long position)
    {
        while (next < pieces.Count && pieces[next].End <= position)
            next++;
        if (next == pieces.Count)
            return (null, long.MaxValue);
        return pieces[next].Offset <= position ? (pieces[next], pieces[next].End) : (null, pieces[next].Offset);
    }

    private static LayoutPiece? Cut(LayoutPiece? piece, long position, long end, long start) => piece is not { } whole
        ? null
        : new LayoutPiece(start + position, end - position, whole.Blob, (int)(whole.BlobOffset + position - whole.Offset));

    private readonly record struct Side(LayoutId? Node, int Level, long DiskLength);
}
