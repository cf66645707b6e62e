using Mig.Core;
using Mig.Store;
using Mig.Store.Content;
using Mig.Store.Encoding;

namespace Mig.History.Layouts;

/// <summary>Reads the block view of a disk.</summary>
public static class LayoutReader
{
    /// <summary>Returns the pieces of a range of the disk, ascending, cut to it; what no piece covers is zero.</summary>
    /// <param name="root">The root; null for a disk of zeros.</param>
    /// <exception cref="CorruptStoreException">A node is missing or damaged.</exception>
    public static IEnumerable<LayoutPiece> ReadPieces(IObjectSource store, LayoutId? root, long diskLength, ByteRange within)
    {
        if (root is not { } id)
            return [];
        return ReadNode(store, id, LayoutFormat.RootLevel(diskLength), 0, diskLength, within);
    }

    /// <summary>Reads one layout object, whatever its level.</summary>
    public static LayoutNode ReadNode(IObjectSource store, in LayoutId id) => ReadNode(store, id, null);

    /// <summary>Reads one layout object, which must have the level; any when none is given.</summary>
    internal static LayoutNode ReadNode(IObjectSource store, in LayoutId id, int? level)
    {
        ArgumentNullException.ThrowIfNull(store);
        var reader = new PayloadReader(store.ReadPayload(id.Value, ObjectKind.Layout).Span, id.Value);
        byte version = reader.Byte("version");
        if (version != LayoutFormat.Version)
            throw reader.Corrupt("version", $"{version}, this mig knows {LayoutFormat.Version}");
        byte actual = reader.Byte("level");
        if (actual > LayoutFormat.MaxLevel || (level is { } expected && actual != expected))
            throw reader.Corrupt("level", $"{actual}, {level ?? LayoutFormat.MaxLevel} needed here");
        LayoutNode node = actual == 0 ? ReadLeaf(ref reader) : ReadInner(ref reader);
        reader.ExpectEnd("layout");
        return node;
    }

    private static IEnumerable<LayoutPiece> ReadNode(
        IObjectSource store, LayoutId id, int level, long start, long diskLength, ByteRange within)
    {
        LayoutNode node = ReadNode(store, id, level);
        if (level == 0)
        {
            LayoutFormat.CheckEnd(id, node, start, diskLength);
            foreach (LayoutPiece piece in node.Pieces)
            {
                ByteRange cut = new ByteRange(start + piece.Offset, piece.Length).Intersect(within);
                if (!cut.IsEmpty)
                    yield return new LayoutPiece(cut.Offset, cut.Length, piece.Blob,
                        (int)(piece.BlobOffset + cut.Offset - start - piece.Offset));
            }

            yield break;
        }

        long span = LayoutFormat.Span(level - 1);
        foreach ((int slot, LayoutId child) in node.Children)
        {
            long childStart = LayoutFormat.ChildStart(id, slot, level, start, diskLength);
            if (childStart >= within.End || (span < long.MaxValue - childStart && childStart + span <= within.Offset))
                continue;
            foreach (LayoutPiece piece in ReadNode(store, child, level - 1, childStart, diskLength, within))
                yield return piece;
        }
    }

    private static LayoutNode ReadInner(ref PayloadReader reader)
    {
        ReadOnlySpan<byte> present = reader.Raw("bitmap", LayoutFormat.FanOut / 8);
        var children = new List<(int, LayoutId)>();
        for (int slot = 0; slot < LayoutFormat.FanOut; slot++)
        {
            if ((present[slot / 8] & (1 << (slot % 8))) != 0)
                children.Add((slot, new LayoutId(reader.Id("child"))));
        }

        if (children.Count == 0)
            throw reader.Corrupt("bitmap", "an inner node has no children");
        return new LayoutNode([], children);
    }

    private static LayoutNode ReadLeaf(ref PayloadReader reader)
    {
        int idCount = (int)reader.Unsigned("blob count", LayoutFormat.LeafSize);
        var ids = new BlobId[Math.Min(idCount, reader.Remaining / ObjectId.Size)];
        if (ids.Length != idCount)
            throw reader.Corrupt("blob count", $"{idCount} ids need more than the {reader.Remaining} bytes left");
        for (int i = 0; i < ids.Length; i++)
            ids[i] = new BlobId(reader.Id("blob"));
        int count = (int)reader.Unsigned("piece count", LayoutFormat.LeafSize);
        var pieces = new List<LayoutPiece>(Math.Min(count, reader.Remaining));
        long position = 0;
        for (int i = 0; i < count; i++)
        {
            long length = reader.Unsigned("piece length", LayoutFormat.LeafSize - position);
            if (length == 0)
                throw reader.Corrupt("piece length", "a piece is empty");
            int reference = (int)reader.Unsigned("piece blob", ids.Length);
            if (reference > 0)
                pieces.Add(new LayoutPiece(position, length, ids[reference - 1],
                    (int)reader.Unsigned("blob offset", BlobLimits.MaxBlobSize - length)));
            position += length;
        }

        return new LayoutNode(pieces, []);
    }
}
