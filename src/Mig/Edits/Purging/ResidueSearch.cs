using Mig.Core;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>
/// Finds where copies of purged contents stand on disks outside of files that stay. Each leaf of a layout is looked at once, however many
/// disks share it.
/// </summary>
internal sealed class ResidueSearch(ObjectStore store, SecretBlocks secrets, IReadOnlySet<BlobId> keptBlobs)
{
    private const long BlobCapacity = 64 << 20;

    private readonly Dictionary<LayoutId, IReadOnlyList<ByteRange>> _leaves = [];
    private readonly RecentCache<BlobId, byte[]> _blobs = new(BlobCapacity);

    /// <summary>Returns the ranges of a disk that hold blocks of purged contents, ascending.</summary>
    public IReadOnlyList<ByteRange> Run(LayoutId? layout, long diskLength, CancellationToken cancellation)
    {
        var found = new List<ByteRange>();
        if (layout is { } root && !secrets.IsEmpty)
            Visit(root, LayoutFormat.RootLevel(diskLength), 0, found, cancellation);
        return found;
    }

    private void Visit(LayoutId id, int level, long start, List<ByteRange> found, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (level == 0)
        {
            if (!_leaves.TryGetValue(id, out IReadOnlyList<ByteRange>? ranges))
                _leaves.Add(id, ranges = Search(LayoutReader.ReadNode(store, id).Pieces));
            found.AddRange(ranges.Select(range => range with { Offset = start + range.Offset }));
            return;
        }

        foreach ((int slot, LayoutId child) in LayoutReader.ReadNode(store, id).Children)
            Visit(child, level - 1, start + (slot * LayoutFormat.Span(level - 1)), found, cancellation);
    }

    private List<ByteRange> Search(IReadOnlyList<LayoutPiece> pieces)
    {
        // Pieces that go on from one another may share a block.
        byte[] leaf = new byte[LayoutFormat.LeafSize];
        bool[] isSearched = new bool[LayoutFormat.LeafSize / SecretBlocks.BlockSize];
        foreach (LayoutPiece piece in pieces.Where(piece => !keptBlobs.Contains(piece.Blob)))
        {
            byte[] blob = _blobs.Get(piece.Blob, id => (store.ReadBlob(id), 1 << 16));
            if (piece.BlobOffset + piece.Length > blob.Length)
                throw new CorruptStoreException(
                    "OBJ-006",
                    $"the layout wants bytes {piece.BlobOffset}..{piece.BlobOffset + piece.Length} of blob {piece.Blob}, which has "
                    + $"{blob.Length}; run mig fsck");
            blob.AsSpan(piece.BlobOffset, (int)piece.Length).CopyTo(leaf.AsSpan((int)piece.Offset));
            for (long block = piece.Offset / SecretBlocks.BlockSize; block <= (piece.End - 1) / SecretBlocks.BlockSize; block++)
                isSearched[block] = true;
        }

        var found = new List<ByteRange>();
        for (int block = 0; block < isSearched.Length; block++)
        {
            int length = isSearched[block] ? secrets.Match(leaf.AsSpan(block * SecretBlocks.BlockSize, SecretBlocks.BlockSize)) : 0;
            if (length > 0)
                found.Add(new ByteRange((long)block * SecretBlocks.BlockSize, length));
        }

        return found;
    }
}
