using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Export;

/// <summary>Writes a disk of an image, bit for bit, from its layout.</summary>
internal sealed class DiskExporter(ObjectStore store, PieceReader reader)
{
    // A writer that must have its bytes in order gets them from a window of this size.
    private const int WindowSize = 64 << 20;

    /// <exception cref="CorruptStoreException">Something it needs is missing or damaged; then the writer is not complete.</exception>
    public void Export(ImageDisk disk, IDiskWriter writer)
    {
        if (writer.IsSequential)
            ExportInOrder(disk, writer);
        else
            reader.Read(disk, [new ByteRange(0, disk.Length)], (piece, bytes) => writer.Write(piece.Offset, bytes), writer.Expect);
    }

    /// <summary>Writes some blocks of a disk; the others are those of the disk under the new one.</summary>
    /// <param name="blocks">Ascending, disjoint.</param>
    public void Export(ImageDisk disk, IThinWriter writer, IReadOnlyList<ByteRange> blocks)
    {
        foreach (ByteRange range in blocks)
            writer.Own(range);
        reader.Read(disk, blocks, (piece, bytes) => writer.Write(piece.Offset, bytes), writer.Expect);
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
            reader.Visit(pieces, (piece, bytes) => bytes.CopyTo(window.AsSpan((int)(piece.Offset - range.Offset))));
            writer.Write(start, window.AsSpan(0, (int)range.Length));
        }
    }
}
