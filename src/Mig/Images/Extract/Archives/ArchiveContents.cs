using Mig.Archives;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Images.Extract.Archives;

/// <summary>Feeds an archive from front to back, through a window that is filled frame by frame, on all cores.</summary>
internal sealed class ArchiveContents(
    ObjectStore store, IArchiveWriter writer, int parallelism, IProgressSink progress, CancellationToken cancellation)
{
    private const int WindowSize = 64 << 20;
    private const int MaxSteps = 1 << 16;

    // A file in more ranges would have a map that takes more than its holes.
    private const int MaxRanges = 1 << 20;
    private static readonly byte[] Zeros = new byte[1 << 16];

    private readonly byte[] _window = new byte[WindowSize];
    private readonly List<Step> _steps = [];
    private readonly List<ContentPiece> _pieces = [];
    private int _used;

    private enum StepKind
    {
        Entry,
        Begin,
        Content,
        Zeros,
        End,
    }

    public void Write(IEnumerable<(PlannedEntry Entry, byte[] Path)> entries)
    {
        foreach ((PlannedEntry entry, byte[] path) in entries)
        {
            if (entry.LinkTo is null && entry.Entry is { Type: TreeEntryType.File, Size: > 0 })
                AddFile(entry, path);
            else
                Add(new Step(StepKind.Entry, entry, path, null, 0));
        }

        Flush();
        writer.Complete();
    }

    private void AddFile(PlannedEntry file, byte[] path)
    {
        List<ByteRange>? data = writer.KnowsHoles && file.Entry.List is not null ? FindData(file.Entry) : null;
        Add(new Step(StepKind.Begin, file, path, data, 0));
        long position = 0;
        foreach (ContentPiece piece in ContentPieces.Of(store, file.Entry, 0))
        {
            if (piece.Offset > position && data is null)
                Add(new Step(StepKind.Zeros, null, null, null, piece.Offset - position));
            if (piece.Length > WindowSize - _used)
                Flush();

            // Here the number of a piece's file is its place in the window.
            _pieces.Add(piece with { File = _used });
            _used += piece.Length;
            Add(new Step(StepKind.Content, null, null, null, piece.Length));
            position = piece.Offset + piece.Length;
        }

        if (position < file.Entry.Size && data is null)
            Add(new Step(StepKind.Zeros, null, null, null, file.Entry.Size - position));
        Add(new Step(StepKind.End, null, null, null, 0));
    }

    private void Add(Step step)
    {
        _steps.Add(step);
        if (_steps.Count >= MaxSteps)
            Flush();
    }

    private void Flush()
    {
        ContentPieces.Visit(store, _pieces, parallelism, (in ContentPiece piece, ReadOnlySpan<byte> bytes) =>
            bytes.CopyTo(_window.AsSpan(piece.File)), cancellation);
        int offset = 0;
        foreach (Step step in _steps)
        {
            switch (step.Kind)
            {
                case StepKind.Entry:
                    writer.WriteMember(PlannedMember.Of(step.Planned!, step.Path!));
                    break;
                case StepKind.Begin:
                    writer.BeginFile(PlannedMember.Of(step.Planned!, step.Path!, step.Data));
                    break;
                case StepKind.Content:
                    writer.WriteContent(_window.AsSpan(offset, (int)step.Length));
                    offset += (int)step.Length;
                    break;
                case StepKind.Zeros:
                    WriteZeros(step.Length);
                    break;
                default:
                    writer.EndFile();
                    break;
            }
        }

        progress.Advance(offset);
        _steps.Clear();
        _pieces.Clear();
        _used = 0;
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

    private void WriteZeros(long count)
    {
        for (; count > 0; count -= Zeros.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.WriteContent(Zeros.AsSpan(0, (int)Math.Min(count, Zeros.Length)));
        }
    }

    private readonly record struct Step(StepKind Kind, PlannedEntry? Planned, byte[]? Path, IReadOnlyList<ByteRange>? Data, long Length);
}
