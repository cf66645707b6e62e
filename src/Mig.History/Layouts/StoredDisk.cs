using Mig.Core;
using Mig.Store;

namespace Mig.History.Layouts;

/// <summary>
/// A disk of a version for many readers at once: contents stay in the store's memory alone, which all disks share, so it costs nothing to
/// have many of them open. For several threads.
/// </summary>
/// <param name="root">The layout; null for a disk of zeros.</param>
/// <param name="length">Bytes of the disk.</param>
/// <remarks>Reading throws <see cref="CorruptStoreException"/> when an object is missing or damaged.</remarks>
public sealed class StoredDisk(ObjectStore store, LayoutId? root, long length) : ICachedSource
{
    private readonly LayoutTree _tree = new(store, root, length);

    public long Length => length;

    public void ReadExactly(long offset, Span<byte> destination) => Read(offset, destination, isAtHandOnly: false);

    public bool TryRead(long offset, Span<byte> destination) => Read(offset, destination, isAtHandOnly: true);

    public void Prepare(ByteRange range)
    {
        ByteRange within = range.Intersect(new ByteRange(0, length));
        for (long number = within.Offset / LayoutFormat.LeafSize; number * LayoutFormat.LeafSize < within.End; number++)
        {
            if (_tree.FindLeaf(number) is not { } leaf)
                continue;
            (int first, int end) = FindPieces(leaf, within.Offset - (number * LayoutFormat.LeafSize),
                within.End - (number * LayoutFormat.LeafSize));
            store.PrefetchAhead(leaf.Pieces.Skip(first).Take(end - first).Select(piece => piece.Blob));
            for (int i = first; i < end; i++)
                store.ReadBlobPart(leaf.Pieces[i].Blob, 0, []);
        }
    }

    /// <summary>Returns what has bytes in a range, ascending, cut to the range; all else in it is zero.</summary>
    public IReadOnlyList<LayoutPiece> GetPieces(ByteRange within)
    {
        within = within.Intersect(new ByteRange(0, length));
        var pieces = new List<LayoutPiece>();
        for (long number = within.Offset / LayoutFormat.LeafSize; number * LayoutFormat.LeafSize < within.End; number++)
        {
            if (_tree.FindLeaf(number) is not { } leaf)
                continue;
            long start = number * LayoutFormat.LeafSize;
            (int first, int end) = FindPieces(leaf, within.Offset - start, within.End - start);
            foreach (LayoutPiece piece in leaf.Pieces.Skip(first).Take(end - first))
            {
                ByteRange part = new ByteRange(start + piece.Offset, piece.Length).Intersect(within);
                int blobOffset = (int)(piece.BlobOffset + part.Offset - start - piece.Offset);
                pieces.Add(new LayoutPiece(part.Offset, part.Length, piece.Blob, blobOffset));
            }
        }

        return pieces;
    }

    /// <remarks>Reads no more of the layout than what is enumerated needs.</remarks>
    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        within = within.Intersect(new ByteRange(0, length));
        ByteRange run = default;
        for (long number = within.Offset / LayoutFormat.LeafSize; number * LayoutFormat.LeafSize < within.End; number++)
        {
            if (_tree.FindLeaf(number) is not { } leaf)
                continue;
            long start = number * LayoutFormat.LeafSize;
            (int first, int end) = FindPieces(leaf, within.Offset - start, within.End - start);
            for (int i = first; i < end; i++)
            {
                ByteRange piece = new ByteRange(start + leaf.Pieces[i].Offset, leaf.Pieces[i].Length).Intersect(within);
                if (!run.IsEmpty && run.End == piece.Offset)
                {
                    run = ByteRange.FromBounds(run.Offset, piece.End);
                    continue;
                }

                if (!run.IsEmpty)
                    yield return run;
                run = piece;
            }
        }

        if (!run.IsEmpty)
            yield return run;
    }

    public void Dispose()
    {
    }

    private bool Read(long offset, Span<byte> destination, bool isAtHandOnly)
    {
        SourceRange.Check(offset, destination.Length, length);
        while (!destination.IsEmpty)
        {
            int start = (int)(offset % LayoutFormat.LeafSize);
            Span<byte> part = destination[..Math.Min(destination.Length, LayoutFormat.LeafSize - start)];
            if (!_tree.TryFindLeaf(offset / LayoutFormat.LeafSize, isAtHandOnly, out LayoutNode? leaf))
                return false;
            if (leaf is null)
                part.Clear();
            else if (!Read(leaf, start, part, isAtHandOnly))
                return false;
            destination = destination[part.Length..];
            offset += part.Length;
        }

        return true;
    }

    private bool Read(LayoutNode leaf, int start, Span<byte> destination, bool isAtHandOnly)
    {
        (int first, int end) = FindPieces(leaf, start, (long)start + destination.Length);
        if (!isAtHandOnly)
            Fetch(leaf, first, end);
        int done = 0;
        for (int i = first; i < end; i++)
        {
            LayoutPiece piece = leaf.Pieces[i];
            int from = (int)Math.Max(0, piece.Offset - start), to = (int)Math.Min(destination.Length, piece.End - start);
            destination[done..from].Clear();
            Span<byte> part = destination[from..to];
            int blobStart = (int)(piece.BlobOffset + start + from - piece.Offset);
            if (!isAtHandOnly)
                store.ReadBlobPart(piece.Blob, blobStart, part);
            else if (!store.TryReadBlobPart(piece.Blob, blobStart, part))
                return false;
            done = to;
        }

        destination[done..].Clear();
        return true;
    }

    // Where contents may be elsewhere, what stands beside comes along: it is mostly wanted soon.
    private void Fetch(LayoutNode leaf, int first, int end)
    {
        if (store.IsPartial)
            store.Prefetch(leaf.Pieces.Skip(first).Take(end - first).Select(piece => piece.Blob), leaf.Pieces.Select(piece => piece.Blob));
    }

    // The pieces that have bytes in a range, counted from the leaf's start.
    private static (int First, int End) FindPieces(LayoutNode leaf, long start, long end)
    {
        IReadOnlyList<LayoutPiece> pieces = leaf.Pieces;
        int low = 0, high = pieces.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (pieces[middle].End > start)
                high = middle;
            else
                low = middle + 1;
        }

        int last = low;
        while (last < pieces.Count && pieces[last].Offset < end)
            last++;
        return (low, last);
    }
}
