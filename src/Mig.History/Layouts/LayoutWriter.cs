using Mig.Core;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.History.Layouts;

/// <summary>Stores the block view of a disk from its pieces, leaf by leaf.</summary>
public sealed class LayoutWriter(IObjectSink writer, long diskLength)
{
    private readonly PayloadWriter _payload = new();
    private readonly PayloadWriter _entries = new();
    private readonly Dictionary<ObjectId, int> _ids = [];
    private readonly List<LayoutPiece> _leaf = [];
    private readonly List<(long Number, ObjectId Id)> _leaves = [];
    private long _leafNumber = -1;
    private long _end;

    /// <summary>Adds a piece; pieces come in ascending order and do not overlap. What no piece covers is zero.</summary>
    public void Add(LayoutPiece piece)
    {
        if (piece.Offset < _end || piece.Length <= 0 || piece.End > diskLength)
            throw new ArgumentOutOfRangeException(nameof(piece), $"piece [{piece.Offset}..{piece.End}) after {_end} on a disk of {diskLength} bytes");
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
        List<(long Number, ObjectId Id)> nodes = _leaves;
        int rootLevel = LayoutFormat.RootLevel(diskLength);
        for (int level = 1; level <= rootLevel; level++)
            nodes = WriteLevel(level, nodes);
        return nodes.Count == 0 ? null : new LayoutId(nodes[0].Id);
    }

    private void Append(LayoutPiece piece)
    {
        if (_leaf.Count > 0)
        {
            LayoutPiece last = _leaf[^1];
            if (last.End == piece.Offset && last.Blob == piece.Blob && last.BlobOffset + last.Length == piece.BlobOffset)
            {
                _leaf[^1] = last with { Length = last.Length + piece.Length };
                return;
            }
        }

        _leaf.Add(piece);
    }

    private void EndLeaf()
    {
        if (_leaf.Count == 0)
            return;
        _ids.Clear();
        _entries.Clear();
        _payload.Clear();
        int count = 0;
        long position = _leafNumber * LayoutFormat.LeafSize;
        foreach (LayoutPiece piece in _leaf)
        {
            if (piece.Offset > position)
            {
                _entries.Unsigned(piece.Offset - position);
                _entries.Unsigned(0UL);
                count++;
            }

            if (!_ids.TryGetValue(piece.Blob.Value, out int reference))
                _ids.Add(piece.Blob.Value, reference = _ids.Count + 1);
            _entries.Unsigned(piece.Length);
            _entries.Unsigned(reference);
            _entries.Unsigned(piece.BlobOffset);
            count++;
            position = piece.End;
        }

        _payload.Byte(LayoutFormat.Version);
        _payload.Byte(0);
        _payload.Unsigned(_ids.Count);
        foreach (ObjectId id in _ids.Keys) // in order of insertion: nothing is ever removed
            _payload.Id(id);
        _payload.Unsigned(count);
        _payload.Raw(_entries.Written);
        _leaves.Add((_leafNumber, writer.AddObject(ObjectKind.Layout, _payload.Written)));
        _leaf.Clear();
    }

    private List<(long Number, ObjectId Id)> WriteLevel(int level, List<(long Number, ObjectId Id)> children)
    {
        var parents = new List<(long, ObjectId)>();
        Span<byte> present = stackalloc byte[LayoutFormat.FanOut / 8];
        for (int start = 0; start < children.Count;)
        {
            long number = children[start].Number / LayoutFormat.FanOut;
            present.Clear();
            int end = start;
            for (; end < children.Count && children[end].Number / LayoutFormat.FanOut == number; end++)
            {
                int slot = (int)(children[end].Number % LayoutFormat.FanOut);
                present[slot / 8] |= (byte)(1 << (slot % 8));
            }

            _payload.Clear();
            _payload.Byte(LayoutFormat.Version);
            _payload.Byte((byte)level);
            _payload.Raw(present);
            for (; start < end; start++)
                _payload.Id(children[start].Id);
            parents.Add((number, writer.AddObject(ObjectKind.Layout, _payload.Written)));
        }

        return parents;
    }
}
