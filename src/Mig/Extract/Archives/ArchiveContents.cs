using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Extract.Archives;

/// <summary>
/// Feeds an archive. Small files come in the order in which they are stored, so each frame is decompressed once; large ones come one by one, through a window.
/// The order depends on nothing but the repository and what was chosen.
/// </summary>
internal sealed class ArchiveContents(ObjectStore store, IArchiveWriter writer, int parallelism, IProgressSink progress)
{
    private const int WindowSize = 32 << 20;

    // Files with more pieces have so many ranges that the table would take more than the holes.
    private const int MaxRanges = 1 << 20;
    private static readonly byte[] Zeros = new byte[1 << 16];

    public void Write(ExtractPlan plan, CancellationToken cancellation)
    {
        foreach (PlannedEntry directory in plan.Directories)
            writer.WriteEntry(directory, directory.Path());
        WriteSmall(plan.Files, cancellation);
        foreach (PlannedEntry file in plan.Files)
        {
            if (file.Entry.List is not null)
                WriteLarge(file, cancellation);
        }

        foreach (PlannedEntry other in plan.Others)
            writer.WriteEntry(other, other.Path());
        foreach (PlannedEntry link in plan.Links)
            writer.WriteEntry(link, link.Path());
        writer.Complete();
    }

    private void WriteSmall(List<PlannedEntry> files, CancellationToken cancellation)
    {
        foreach (PlannedEntry file in files)
        {
            if (file.Entry.Size == 0)
                writer.WriteEntry(file, file.Path());
        }

        IEnumerable<ContentPiece> pieces = Enumerable.Range(0, files.Count).Where(i => files[i].Entry.List is null).SelectMany(i => ContentPieces.Of(store, files[i].Entry, i));
        ContentPieces.Visit(store, pieces, parallelism, inOrder: true, (in ContentPiece piece, ReadOnlySpan<byte> bytes) =>
        {
            writer.BeginFile(files[piece.File], files[piece.File].Path(), null);
            writer.WriteContent(bytes);
            writer.EndFile();
            progress.Advance(bytes.Length);
        }, cancellation);
    }

    private void WriteLarge(PlannedEntry file, CancellationToken cancellation)
    {
        List<ByteRange>? data = writer.KnowsHoles ? FindData(file.Entry) : null;
        writer.BeginFile(file, file.Path(), data);
        bool skipsHoles = data is not null;
        byte[] window = new byte[Math.Min(WindowSize, file.Entry.Size)];
        var batch = new List<ContentPiece>();
        long position = 0, start = 0;
        foreach (ContentPiece piece in ContentPieces.Of(store, file.Entry, 0))
        {
            if (batch.Count > 0 && (piece.Offset != position || position + piece.Length - start > window.Length))
                Flush();
            if (batch.Count == 0)
            {
                if (!skipsHoles)
                    WriteZeros(piece.Offset - position, cancellation);
                start = position = piece.Offset;
            }

            batch.Add(piece);
            position += piece.Length;
        }

        Flush();
        if (!skipsHoles)
            WriteZeros(file.Entry.Size - position, cancellation);
        writer.EndFile();

        void Flush()
        {
            if (batch.Count == 0)
                return;
            ContentPieces.Visit(store, batch, parallelism, inOrder: false, (in ContentPiece piece, ReadOnlySpan<byte> bytes) => bytes.CopyTo(window.AsSpan((int)(piece.Offset - start))), cancellation);
            writer.WriteContent(window.AsSpan(0, (int)(position - start)));
            progress.Advance(position - start);
            batch.Clear();
        }
    }

    private List<ByteRange>? FindData(TreeEntry entry)
    {
        var data = new List<ByteRange>();
        long stored = 0;
        foreach (ContentPiece piece in ContentPieces.Of(store, entry, 0))
        {
            stored += piece.Length;
            if (data.Count > 0 && data[^1].End == piece.Offset)
                data[^1] = new ByteRange(data[^1].Offset, data[^1].Length + piece.Length);
            else if (data.Count == MaxRanges)
                return null;
            else
                data.Add(new ByteRange(piece.Offset, piece.Length));
        }

        return stored == entry.Size ? null : data;
    }

    private void WriteZeros(long count, CancellationToken cancellation)
    {
        for (; count > 0; count -= Zeros.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.WriteContent(Zeros.AsSpan(0, (int)Math.Min(count, Zeros.Length)));
        }
    }
}
