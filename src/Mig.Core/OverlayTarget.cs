using System.Numerics;

namespace Mig.Core;

/// <summary>
/// A copy-on-write view: reads come from a source until something else is written, and what is written lies at the same place of a sparse
/// scratch target. Memory is one bit for each page of the regions that were written. Writes on disjoint pages are safe from several
/// threads, as are reads.
/// </summary>
/// <param name="source">What lies below; never written, not owned.</param>
/// <param name="scratch">Takes what is written, as long as the source and all zeros; owned. See
/// <see cref="FileTarget.CreateTemporary"/>.</param>
public sealed class OverlayTarget(IByteSource source, IByteTarget scratch) : IByteTarget
{
    /// <summary>Bytes in a page, the unit in which the view tells what was written.</summary>
    public const int PageSize = 4096;

    private const int WordsPerRegion = 64; // 64 words of 64 pages: 16 MiB
    private const int PagesPerWord = 64;
    private const long RegionSize = (long)WordsPerRegion * PagesPerWord * PageSize;

    private readonly ulong[]?[] _regions = new ulong[]?[(source.Length + RegionSize - 1) / RegionSize];

    public long Length => source.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        long end = offset + destination.Length;
        while (offset < end)
        {
            ByteRange run = GetRun(offset, end, out bool isWritten);
            Span<byte> part = destination[^(int)(end - offset)..][..(int)run.Length];
            if (isWritten)
                scratch.ReadExactly(offset, part);
            else
                source.ReadExactly(offset, part);
            offset = run.End;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        if (bytes.IsEmpty)
            return;
        Prepare(new ByteRange(offset, bytes.Length));
        scratch.Write(offset, bytes);
        Mark(new ByteRange(offset, bytes.Length));
    }

    public void Zero(ByteRange range)
    {
        if (range.IsEmpty)
            return;
        if (!new ByteRange(0, Length).Contains(range))
            throw new ArgumentOutOfRangeException(nameof(range), $"{range} does not lie within {Length} bytes");
        Prepare(range);
        scratch.Zero(range);
        Mark(range);
    }

    public void Flush() => scratch.Flush();

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange cut = within.Intersect(new ByteRange(0, Length));
        IEnumerable<ByteRange> changed = GetChangedRanges().Select(range => range.Intersect(cut)).Where(static range => !range.IsEmpty)
            .ToList();
        IEnumerable<ByteRange> written = changed.SelectMany(scratch.GetStoredRanges);
        return ByteRanges.Normalize(ByteRanges.Subtract(source.GetStoredRanges(cut), changed).Concat(written));
    }

    /// <summary>Returns the pages that were written, ascending, disjoint, not touching: outside of them the view is its source.</summary>
    public IEnumerable<ByteRange> GetChangedRanges()
    {
        for (long offset = 0; offset < Length;)
        {
            ByteRange run = GetRun(offset, Length, out bool isWritten);
            if (isWritten)
                yield return run;
            offset = run.End;
        }
    }

    public void Dispose() => scratch.Dispose();

    // The first and the last page may be written in part: the rest of them moves up from the source.
    private void Prepare(ByteRange range)
    {
        CopyUp(range.Offset / PageSize * PageSize, range);
        CopyUp((range.End - 1) / PageSize * PageSize, range);
    }

    private void CopyUp(long page, ByteRange range)
    {
        var bounds = new ByteRange(page, Math.Min(PageSize, Length - page));
        if (range.Contains(bounds) || IsWritten(page))
            return;
        Span<byte> bytes = stackalloc byte[PageSize];
        bytes = bytes[..(int)bounds.Length];
        source.ReadExactly(page, bytes);
        scratch.Write(page, bytes);
        Mark(bounds);
    }

    private bool IsWritten(long offset)
    {
        ulong[]? region = Volatile.Read(ref _regions[offset / RegionSize]);
        int page = (int)(offset % RegionSize / PageSize);
        return region is not null && (Volatile.Read(ref region[page / PagesPerWord]) >> (page % PagesPerWord) & 1) != 0;
    }

    private void Mark(ByteRange range)
    {
        for (long page = range.Offset / PageSize; page <= (range.End - 1) / PageSize; page++)
        {
            long index = page / (WordsPerRegion * PagesPerWord);
            ulong[] region = Volatile.Read(ref _regions[index])
                ?? (Interlocked.CompareExchange(ref _regions[index], new ulong[WordsPerRegion], null) ?? _regions[index]!);
            int bit = (int)(page % (WordsPerRegion * PagesPerWord));
            Interlocked.Or(ref region[bit / PagesPerWord], 1UL << (bit % PagesPerWord));
        }
    }

    /// <summary>Returns the longest run from <paramref name="offset"/> on that is all written or all not.</summary>
    private ByteRange GetRun(long offset, long end, out bool isWritten)
    {
        isWritten = IsWritten(offset);
        long page = offset / PageSize;
        long lastPage = (end - 1) / PageSize;
        while (page <= lastPage)
        {
            ulong[]? region = Volatile.Read(ref _regions[page / (WordsPerRegion * PagesPerWord)]);
            int bit = (int)(page % (WordsPerRegion * PagesPerWord));
            ulong word = region is null ? 0 : Volatile.Read(ref region[bit / PagesPerWord]);
            ulong differs = (isWritten ? ~word : word) >> (bit % PagesPerWord);
            if (differs != 0)
            {
                page += BitOperations.TrailingZeroCount(differs);
                break;
            }

            page = region is null ? ((page / (WordsPerRegion * PagesPerWord)) + 1) * (WordsPerRegion * PagesPerWord)
                : ((page / PagesPerWord) + 1) * PagesPerWord;
        }

        return ByteRange.FromBounds(offset, Math.Min(end, page * PageSize));
    }
}
