using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Export;

/// <summary>Writes a disk of an image, bit for bit, from its layout.</summary>
internal sealed class DiskExporter(ObjectStore store, int parallelism, IProgressSink progress, CancellationToken cancellation)
{
    // Pieces of one batch are kept in memory; each frame is decompressed once a batch.
    private const int BatchPieces = 1 << 18;

    // A writer that must have its bytes in order gets them from a window of this size.
    private const int WindowSize = 64 << 20;

    /// <exception cref="CorruptStoreException">Something it needs is missing or damaged; then the writer is not complete.</exception>
    public void Export(ImageDisk disk, IDiskWriter writer)
    {
        progress.Begin(disk.Name, 0);
        if (writer.IsSequential)
            ExportInOrder(disk, writer);
        else
            ExportByFrame(disk, writer);
    }

    private void ExportByFrame(ImageDisk disk, IDiskWriter writer)
    {
        foreach (LayoutPiece[] batch in LayoutReader.ReadPieces(store, disk.Layout, disk.Length, new ByteRange(0, disk.Length)).Chunk(BatchPieces))
            Visit(batch, (piece, bytes) => writer.Write(piece.Offset, bytes));
    }

    private void ExportInOrder(ImageDisk disk, IDiskWriter writer)
    {
        byte[] window = new byte[Math.Min(WindowSize, disk.Length)];
        for (long start = 0; start < disk.Length; start += WindowSize)
        {
            var range = new ByteRange(start, Math.Min(WindowSize, disk.Length - start));
            LayoutPiece[] pieces = [.. LayoutReader.ReadPieces(store, disk.Layout, disk.Length, range)];
            if (pieces.Length == 0)
                continue;
            window.AsSpan().Clear();
            Visit(pieces, (piece, bytes) => bytes.CopyTo(window.AsSpan((int)(piece.Offset - range.Offset))));
            writer.Write(start, window.AsSpan(0, (int)range.Length));
        }
    }

    private void Visit(LayoutPiece[] pieces, PieceVisitor visit)
    {
        BlobId[] blobs = Array.ConvertAll(pieces, piece => piece.Blob);
        store.ReadBlobs(
            blobs,
            parallelism,
            (index, bytes) =>
            {
                LayoutPiece piece = pieces[index];
                if (piece.BlobOffset + piece.Length > bytes.Length)
                    throw new CorruptStoreException("OBJ-006", $"the layout wants bytes {piece.BlobOffset}..{piece.BlobOffset + piece.Length} of blob {piece.Blob}, which has {bytes.Length}; run mig fsck");
                visit(piece, bytes.Slice(piece.BlobOffset, (int)piece.Length));
                progress.Advance(piece.Length);
            },
            cancellation);
    }

    private delegate void PieceVisitor(LayoutPiece piece, ReadOnlySpan<byte> bytes);
}
