using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>
/// Stores a layout that differs from another in some ranges: only the leaves that they lie in and the nodes above those are read and
/// written.
/// </summary>
public sealed class LayoutEdit
{
    private readonly IObjectSource _store;
    private readonly LayoutNodeWriter _nodes;
    private readonly long _diskLength;
    private readonly ByteRange[] _replaced;
    private readonly LayoutPiece[] _pieces;

    /// <param name="replaced">Ranges of the disk, ascending and disjoint.</param>
    /// <param name="pieces">What stands in these ranges now, ascending and disjoint; what no piece covers is zero.</param>
    public LayoutEdit(IObjectSource store, IObjectSink writer, long diskLength, IEnumerable<ByteRange> replaced,
        IEnumerable<LayoutPiece> pieces)
    {
        _store = store;
        _nodes = new LayoutNodeWriter(writer);
        _diskLength = diskLength;
        _replaced = [.. replaced];
        _pieces = [.. pieces];
        for (int i = 0; i < _pieces.Length; i++)
        {
            if (_pieces[i].Length <= 0 || _pieces[i].End > diskLength || (i > 0 && _pieces[i].Offset < _pieces[i - 1].End))
                throw new ArgumentOutOfRangeException(
                    nameof(pieces), $"piece [{_pieces[i].Offset}..{_pieces[i].End}) on a disk of {diskLength} bytes");
        }
    }

    /// <summary>Stores the new layout.</summary>
    /// <param name="root">The layout before; null for a disk of zeros.</param>
    /// <returns>The root; null when the whole disk is zero.</returns>
    /// <exception cref="CorruptStoreException">A node is missing or damaged.</exception>
    public LayoutId? Write(LayoutId? root) => WriteNode(root, LayoutFormat.RootLevel(_diskLength), 0);

    private LayoutId? WriteNode(LayoutId? before, int level, long start)
    {
        long span = LayoutFormat.Span(level);
        var covered = ByteRange.FromBounds(start, Math.Min(_diskLength, span > long.MaxValue - start ? long.MaxValue : start + span));
        int first = SortedSearch.First(_replaced.Length, i => _replaced[i].End > covered.Offset);
        if (first == _replaced.Length || _replaced[first].Offset >= covered.End)
            return before;
        return level == 0 ? WriteLeaf(before, covered, first) : WriteInner(before, level, covered);
    }

    private LayoutId? WriteInner(LayoutId? before, int level, ByteRange covered)
    {
        Dictionary<int, LayoutId> old = before is { } id
            ? LayoutReader.ReadNode(_store, id, level).Children.ToDictionary(child => child.Slot, child => child.Child) : [];
        long span = LayoutFormat.Span(level - 1);
        var children = new List<(int, LayoutId)>();
        for (int slot = 0; slot < LayoutFormat.FanOut && slot <= (covered.Length - 1) / span; slot++)
        {
            LayoutId? child = WriteNode(old.TryGetValue(slot, out LayoutId was) ? was : null, level - 1, covered.Offset + (slot * span));
            if (child is { } written)
                children.Add((slot, written));
        }

        return children.Count == 0 ? null : _nodes.WriteInner(level, children);
    }

    private LayoutId? WriteLeaf(LayoutId? before, ByteRange leaf, int firstReplaced)
    {
        IReadOnlyList<LayoutPiece> old = before is { } id ? LayoutReader.ReadNode(_store, id, 0).Pieces : [];
        IEnumerable<ByteRange> replaced = _replaced.Skip(firstReplaced).TakeWhile(range => range.Offset < leaf.End);
        var kept = new List<LayoutPiece>();
        foreach (LayoutPiece piece in old)
            Keep(piece with { Offset = leaf.Offset + piece.Offset }, replaced, kept);
        int firstPiece = SortedSearch.First(_pieces.Length, i => _pieces[i].End > leaf.Offset);
        IEnumerable<LayoutPiece> added = _pieces.Skip(firstPiece).TakeWhile(piece => piece.Offset < leaf.End)
            .Select(piece => Cut(piece, leaf));
        var pieces = new List<LayoutPiece>();
        foreach (LayoutPiece piece in kept.Concat(added).OrderBy(piece => piece.Offset))
            LayoutNodeWriter.Append(pieces, piece);
        return pieces.Count == 0 ? null : _nodes.WriteLeaf(pieces, leaf.Offset);
    }

    private static void Keep(LayoutPiece piece, IEnumerable<ByteRange> replaced, List<LayoutPiece> kept)
    {
        foreach (ByteRange rest in ByteRanges.Subtract([new ByteRange(piece.Offset, piece.Length)], replaced))
            kept.Add(Cut(piece, rest));
    }

    private static LayoutPiece Cut(LayoutPiece piece, ByteRange to)
    {
        ByteRange part = new ByteRange(piece.Offset, piece.Length).Intersect(to);
        return new LayoutPiece(part.Offset, part.Length, piece.Blob, (int)(piece.BlobOffset + part.Offset - piece.Offset));
    }
}
