using Mig.Core;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Grep;

/// <summary>Searches one content after the other, line by line. For one thread.</summary>
internal sealed class ContentSearch(GrepOptions options, LineFinder finder)
{
    // As in Git: a NUL near the start makes a file binary.
    private const int BinaryProbe = 8000;

    // A longer line is cut here.
    private const int MaxLine = 16 << 20;
    private const int BlockSize = 1 << 20;

    private byte[] _block = [];
    private int _used;
    private long _lineNumber;
    private bool _isFirst;
    private bool _isDone;
    private GrepHits _hits = new();
    private LineVisitor? _visit;

    /// <returns>False to stop.</returns>
    public delegate bool LineVisitor(long number, ReadOnlySpan<byte> line);

    /// <summary>Searches a content that is at hand.</summary>
    /// <param name="visit">Gets the lines, of text only.</param>
    public GrepHits Search(ReadOnlySpan<byte> content, LineVisitor visit)
    {
        Begin(visit);
        Probe(content);
        SearchBlock(content);
        return _hits;
    }

    /// <summary>Searches a large file, chunk by chunk.</summary>
    public GrepHits Search(ObjectStore store, ListId list, LineVisitor visit, CancellationToken cancellation)
    {
        Begin(visit);
        foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
        {
            if (_isDone)
                break;
            cancellation.ThrowIfCancellationRequested();
            if (chunk.IsHole)
            {
                AppendZeros((int)Math.Min(chunk.Length, MaxLine));
            }
            else
            {
                byte[] bytes = new byte[chunk.Length];
                store.ReadBlob(chunk.Blob, bytes);
                Append(bytes);
            }

            if (_used < BlockSize)
                continue;
            int end = _block.AsSpan(0, _used).LastIndexOf((byte)'\n') + 1;
            if (end == 0 && _used < MaxLine)
                continue;
            end = end == 0 ? _used : end;
            Probe(_block.AsSpan(0, _used));
            SearchBlock(_block.AsSpan(0, end));
            _block.AsSpan(end, _used - end).CopyTo(_block);
            _used -= end;
        }

        Probe(_block.AsSpan(0, _used));
        if (!_isDone)
            SearchBlock(_block.AsSpan(0, _used));
        return _hits;
    }

    private void Begin(LineVisitor visit)
    {
        (_hits, _visit, _lineNumber, _used, _isFirst, _isDone) = (new GrepHits(), visit, 1, 0, true, options.MaxCount == 0);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_block.Length < _used + bytes.Length)
            Array.Resize(ref _block, Math.Max(2 * BlockSize, _used + bytes.Length + BlockSize));
        bytes.CopyTo(_block.AsSpan(_used));
        _used += bytes.Length;
    }

    // The start of the file says whether it is binary.
    private void Probe(ReadOnlySpan<byte> text)
    {
        if (_isFirst)
            _hits.IsBinary = !options.TakesBinaryAsText && text[..Math.Min(text.Length, BinaryProbe)].Contains((byte)0);
        _isFirst = false;
    }

    // Of a hole that is longer than a line may be, so much is enough: it is cut there anyway.
    private void AppendZeros(int count)
    {
        Span<byte> zeros = stackalloc byte[1 << 12];
        zeros.Clear();
        for (; count > 0; count -= zeros.Length)
            Append(zeros[..Math.Min(count, zeros.Length)]);
    }

    private void SearchBlock(ReadOnlySpan<byte> text)
    {
        finder.Load(text);
        int counted = 0;
        for (int from = 0; from < text.Length && !_isDone;)
        {
            bool isFound = finder.TryFind(text, from, out int start, out int end);
            if (options.IsInverted)
                TakeAll(text, from, isFound ? start : text.Length, ref counted);
            else if (isFound)
                Take(text, start, end, ref counted);
            from = isFound ? end + 1 : text.Length;
        }

        _lineNumber += text[counted..].Count((byte)'\n');
    }

    private void TakeAll(ReadOnlySpan<byte> text, int start, int limit, ref int counted)
    {
        while (start < limit && !_isDone)
        {
            int length = text[start..limit].IndexOf((byte)'\n');
            int end = length < 0 ? limit : start + length;
            Take(text, start, end, ref counted);
            start = end + 1;
        }
    }

    private void Take(ReadOnlySpan<byte> text, int start, int end, ref int counted)
    {
        _hits.Count++;
        bool isEnough = options.Output == GrepOutput.Names || (_hits.IsBinary && options.Output == GrepOutput.Lines)
            || _hits.Count == options.MaxCount;
        if (options.Output == GrepOutput.Lines && !_hits.IsBinary)
        {
            _lineNumber += text[counted..start].Count((byte)'\n');
            counted = start;
            isEnough |= !_visit!(_lineNumber, text[start..end]);
        }

        _isDone = isEnough;
    }
}
