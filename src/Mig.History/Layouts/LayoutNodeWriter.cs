using Mig.Core;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.History.Layouts;

/// <summary>Stores single nodes of a layout. The same pieces always result in the same node.</summary>
internal sealed class LayoutNodeWriter(IObjectSink writer)
{
    private readonly PayloadWriter _payload = new();
    private readonly PayloadWriter _entries = new();
    private readonly Dictionary<ObjectId, int> _ids = [];

    /// <summary>
    /// Adds a piece to those of a leaf; one that goes on where the last one ends, on the disk and in its blob, is joined to it.
    /// </summary>
    public static void Append(List<LayoutPiece> leaf, LayoutPiece piece)
    {
        if (leaf.Count > 0)
        {
            LayoutPiece last = leaf[^1];
            if (last.End == piece.Offset && last.Blob == piece.Blob && last.BlobOffset + last.Length == piece.BlobOffset)
            {
                leaf[^1] = last with { Length = last.Length + piece.Length };
                return;
            }
        }

        leaf.Add(piece);
    }

    /// <param name="pieces">At least one, ascending, within the leaf; offsets count from the start of the disk.</param>
    /// <param name="start">Where the leaf begins on the disk.</param>
    public LayoutId WriteLeaf(List<LayoutPiece> pieces, long start)
    {
        _ids.Clear();
        _entries.Clear();
        _payload.Clear();
        int count = 0;
        long position = start;
        foreach (LayoutPiece piece in pieces)
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
        return new LayoutId(writer.AddObject(ObjectKind.Layout, _payload.Written));
    }

    /// <param name="children">At least one, ascending by slot.</param>
    public LayoutId WriteInner(int level, List<(int Slot, LayoutId Child)> children)
    {
        Span<byte> present = stackalloc byte[LayoutFormat.FanOut / 8];
        present.Clear();
        foreach ((int slot, _) in children)
            present[slot / 8] |= (byte)(1 << (slot % 8));
        _payload.Clear();
        _payload.Byte(LayoutFormat.Version);
        _payload.Byte((byte)level);
        _payload.Raw(present);
        foreach ((_, LayoutId child) in children)
            _payload.Id(child.Value);
        return new LayoutId(writer.AddObject(ObjectKind.Layout, _payload.Written));
    }
}
