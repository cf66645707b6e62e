using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>Stores the block view of a disk from its pieces, leaf by leaf.</summary>
public sealed class LayoutWriter(IObjectSink writer, long diskLength)
{
    private readonly LayoutNodeWriter _nodes = new(writer);
    private readonly List<LayoutPiece> _leaf = [];
    private readonly List<(long Number, LayoutId Id)> _leaves = [];
    private long _leafNumber = -1;
    private long _end;

    /// <summary>Adds a piece; pieces come in ascending order and do not overlap. What no piece covers is zero.</summary>
    public void Add(LayoutPiece piece)
    {
        if (piece.Offset < _end || piece.Length <= 0 || piece.End > diskLength)
            throw new ArgumentOutOfRangeException(
                nameof(piece), $"piece [{piece.Offset}..{piece.End}) after {_end} on a disk of {diskLength} bytes");
        _end = piece.End;
        while (piece.Length > 0)
        {
            long number = piece.Offset / LayoutFormat.LeafSize;
            if (number != _leafNumber)
            {
                EndLeaf();
                _leafNumber = number;
            }

            long part = Math.Min(piece.Length, ((number + 1) * LayoutFormat.LeafSize) - piece.Offset);
            Append(piece with { Length = part });
            piece = new LayoutPiece(piece.Offset + part, piece.Length - part, piece.Blob, (int)(piece.BlobOffset + part));
        }
    }

    /// <summary>Stores what is left.</summary>
    /// <returns>The root; null when the whole disk is zero.</returns>
    public LayoutId? Finish()
    {
        EndLeaf();
        List<(long Number, LayoutId Id)> nodes = _leaves;
        int rootLevel = LayoutFormat.RootLevel(diskLength);
        for (int level = 1; level <= rootLevel; level++)
            nodes = WriteLevel(level, nodes);
        return nodes.Count == 0 ? null : nodes[0].Id;
    }

    private void Append(LayoutPiece piece) => LayoutNodeWriter.Append(_leaf, piece);

    private void EndLeaf()
    {
        if (_leaf.Count == 0)
            return;
        _leaves.Add((_leafNumber, _nodes.WriteLeaf(_leaf, _leafNumber * LayoutFormat.LeafSize)));
        _leaf.Clear();
    }

    private List<(long Number, LayoutId Id)> WriteLevel(int level, List<(long Number, LayoutId Id)> children)
    {
        var parents = new List<(long, LayoutId)>();
        var slots = new List<(int Slot, LayoutId Child)>();
        for (int start = 0; start < children.Count;)
        {
            long number = children[start].Number / LayoutFormat.FanOut;
            slots.Clear();
            for (; start < children.Count && children[start].Number / LayoutFormat.FanOut == number; start++)
                slots.Add(((int)(children[start].Number % LayoutFormat.FanOut), children[start].Id));
            parents.Add((number, _nodes.WriteInner(level, slots)));
        }

        return parents;
    }
}
