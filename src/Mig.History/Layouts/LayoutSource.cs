using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>
/// A disk of a version, read in place: no more of its layout and contents than a read needs. What was read last is kept. For several
/// threads.
/// </summary>
/// <param name="root">The layout; null for a disk of zeros.</param>
/// <param name="length">Bytes of the disk.</param>
/// <remarks>Reading throws <see cref="CorruptStoreException"/> when an object is missing or damaged.</remarks>
public sealed class LayoutSource(IContentSource store, LayoutId? root, long length) : IByteSource
{
    private const long BlobCapacity = 48 << 20;

    private readonly LayoutTree _tree = new(store, root, length);
    private readonly RecentCache<BlobId, byte[]> _blobs = new(BlobCapacity);

    public long Length => length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, length);
        while (!destination.IsEmpty)
        {
            long leaf = offset / LayoutFormat.LeafSize;
            int start = (int)(offset % LayoutFormat.LeafSize);
            Span<byte> part = destination[..Math.Min(destination.Length, LayoutFormat.LeafSize - start)];
            ReadLeaf(leaf, start, part);
            destination = destination[part.Length..];
            offset += part.Length;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) =>
        ByteRanges.Normalize(LayoutReader.ReadPieces(store, root, length, within.Intersect(new ByteRange(0, length)))
            .Select(piece => new ByteRange(piece.Offset, piece.Length)));

    /// <summary>Returns the pieces of a range, ascending, cut to it; what no piece covers is zero.</summary>
    public IEnumerable<LayoutPiece> ReadPieces(ByteRange within)
    {
        within = within.Intersect(new ByteRange(0, length));
        for (long number = within.Offset / LayoutFormat.LeafSize; number * LayoutFormat.LeafSize < within.End; number++)
        {
            if (_tree.FindLeaf(number) is not { } leaf)
                continue;
            long start = number * LayoutFormat.LeafSize;
            for (int i = SortedSearch.First(leaf.Pieces.Count, i => start + leaf.Pieces[i].End > within.Offset); i < leaf.Pieces.Count
                && start + leaf.Pieces[i].Offset < within.End; i++)
            {
                LayoutPiece piece = leaf.Pieces[i];
                ByteRange cut = new ByteRange(start + piece.Offset, piece.Length).Intersect(within);
                yield return new LayoutPiece(cut.Offset, cut.Length, piece.Blob,
                    (int)(piece.BlobOffset + cut.Offset - start - piece.Offset));
            }
        }
    }

    public void Dispose()
    {
    }

    private void ReadLeaf(long number, int start, Span<byte> destination)
    {
        destination.Clear();
        if (_tree.FindLeaf(number) is not { } leaf)
            return;
        IReadOnlyList<LayoutPiece> pieces = leaf.Pieces;
        var wanted = new ByteRange(start, destination.Length);
        for (int i = SortedSearch.First(pieces.Count, i => pieces[i].End > start); i < pieces.Count && pieces[i].Offset < wanted.End; i++)
        {
            LayoutPiece piece = pieces[i];
            ByteRange part = wanted.Intersect(new ByteRange(piece.Offset, piece.Length));
            byte[] blob = _blobs.Get(piece.Blob, id => ReadBlob(id, leaf));
            if (piece.BlobOffset + piece.Length > blob.Length)
                throw new CorruptStoreException(
                    "OBJ-006",
                    $"the layout wants bytes {piece.BlobOffset}..{piece.BlobOffset + piece.Length} of blob {piece.Blob}, which has "
                    + $"{blob.Length}; run mig fsck");
            blob.AsSpan((int)(piece.BlobOffset + part.Offset - piece.Offset), (int)part.Length)
                .CopyTo(destination[(int)(part.Offset - start)..]);
        }
    }

    // Whoever reads a part of a file system reads what stands beside it soon.
    private (byte[] Bytes, long Weight) ReadBlob(BlobId id, LayoutNode leaf)
    {
        store.Prefetch([id], leaf.Pieces.Select(piece => piece.Blob));
        byte[] bytes = store.ReadBlob(id);
        return (bytes, bytes.Length);
    }
}
