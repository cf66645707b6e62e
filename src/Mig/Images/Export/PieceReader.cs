using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Export;

/// <summary>Reads the content of a disk's pieces, frame by frame rather than in the order of the disk.</summary>
internal sealed class PieceReader(ObjectStore store, int parallelism, IProgressSink progress, CancellationToken cancellation)
{
    // Pieces of one batch are kept in memory; each frame is decompressed once a batch.
    private const int BatchPieces = 1 << 18;

    /// <summary>Reads what the layout has in some ranges.</summary>
    /// <param name="expect">Is told beforehand what will come, in the order of the disk.</param>
    /// <exception cref="CorruptStoreException">Something is missing or damaged.</exception>
    public void Read(ImageDisk disk, IReadOnlyList<ByteRange> ranges, PieceVisitor visit, Action<ByteRange>? expect = null)
    {
        foreach (LayoutPiece[] batch in ranges.SelectMany(range => LayoutReader.ReadPieces(store, disk.Layout, disk.Length, range))
            .Chunk(BatchPieces))
        {
            if (expect is not null)
                Array.ForEach(batch, piece => expect(new ByteRange(piece.Offset, piece.Length)));
            Visit(batch, visit);
        }
    }

    public void Visit(LayoutPiece[] pieces, PieceVisitor visit)
    {
        BlobId[] blobs = Array.ConvertAll(pieces, piece => piece.Blob);
        store.ReadBlobs(
            blobs,
            parallelism,
            (index, bytes) =>
            {
                LayoutPiece piece = pieces[index];
                if (piece.BlobOffset + piece.Length > bytes.Length)
                    throw new CorruptStoreException(
                        "OBJ-006",
                        $"the layout wants bytes {piece.BlobOffset}..{piece.BlobOffset + piece.Length} of blob {piece.Blob}, which has "
                        + $"{bytes.Length}; run mig fsck");
                visit(piece, bytes.Slice(piece.BlobOffset, (int)piece.Length));
                progress.Advance(piece.Length);
            },
            cancellation);
    }
}
