using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>
/// What a commit of a disk that was written in places takes from the version below without reading it. Nothing is believed: where a file
/// lies in blocks that nobody wrote, the layout below says what bytes those are, and what is not said exactly is read. So what comes of it
/// is what a commit that reads everything makes.
/// </summary>
/// <param name="before">The disk below.</param>
/// <param name="written">What may differ from it, ascending and disjoint.</param>
internal sealed class UnwrittenPlan(ObjectStore store, ImageDisk before, IReadOnlyList<ByteRange> written) : IUnreadPlan
{
    private readonly KnownLayout _layout = new(store, before);
    private readonly ProvenContents _contents = new(store);
    private readonly StatCache? _stats = StatCache.Read(store.Folder, before);

    public bool TrustsTrees => false;

    public bool IsCutByReading => true;

    public bool WantsTrees() => false;

    /// <inheritdoc/>
    public List<ScannedFile> TakeFiles(OpenVolume volume, List<LayoutPiece> unread) =>
        [.. volume.Scan!.Files.Where(file => !TryTake(volume, file, unread))];

    /// <remarks>
    /// Residue is cut region by region. Where nothing of a region's was written, and the files leave the same ranges of it as when the
    /// version below was made by reading, it is cut as it was; what an edit or another machine made is read.
    /// </remarks>
    public List<ByteRange> TakeResidue(DiskRemainder remainder, List<LayoutPiece> unread)
    {
        if (_stats is not { NotesRests: true })
            return remainder.Ranges;
        IEnumerable<ByteRange> changed = ByteRanges.Subtract(
            written, remainder.Files.Select(piece => new ByteRange(piece.Offset, piece.Length)));
        HashSet<long> touched = [.. ResidueIngest.GroupByRegion(changed).Select(group => group.Region)];
        var mustRead = new List<ByteRange>();
        foreach ((long region, List<ByteRange> ranges) in ResidueIngest.GroupByRegion(remainder.Ranges))
        {
            if (touched.Contains(region) || _stats.FindRest(region) != remainder.Stats.FindRest(region))
                mustRead.AddRange(ranges);
            else
                ranges.ForEach(range => _layout.Take(range, unread));
        }

        return mustRead;
    }

    private bool TryTake(OpenVolume volume, ScannedFile file, List<LayoutPiece> unread)
    {
        long start = volume.Partition.Range.Offset;
        if (!IsUnwritten(volume, file) || FindContent(file, start) is not var (content, chunks))
            return false;
        file.Content = content;
        FilePieces.Add(file, chunks, start, unread);

        // What is behind a file's end is left to the residue unless it is zero.
        ByteRange tail = FileReader.TailOf(file, volume.FileSystem!.Info.BlockSize, volume.Source!.Length);
        if (!tail.IsEmpty && IsZero(volume, tail))
            unread.Add(new LayoutPiece(start + tail.Offset, tail.Length, default, 0));
        return true;
    }

    private bool IsUnwritten(OpenVolume volume, ScannedFile file)
    {
        if (file.Extents.Count == 0)
            return false;
        long at = 0;
        foreach (FileExtent extent in file.Extents)
        {
            var onVolume = new ByteRange(extent.VolumeOffset, extent.Length);
            if (!extent.IsOnVolume || extent.FileOffset < at || onVolume.End > volume.Source!.Length || IsWritten(OnDisk(volume, onVolume)))
                return false;
            at = extent.FileOffset + extent.Length;
        }

        return at <= file.Size;
    }

    private (FileContent Content, IReadOnlyList<Chunk> Chunks)? FindContent(ScannedFile file, long start)
    {
        BlobId? first = null;
        foreach (FileExtent extent in file.Extents)
        {
            if ((first = _layout.FindFirst(new ByteRange(start + extent.VolumeOffset, extent.Length))?.Blob) is not null)
                break;
        }

        if (file.Size > BlobLimits.MaxWholeFileSize)
        {
            if (!FileIngest.IsHashed(file))
                return null;
            ProvenContents.Known? known = _contents.Find(file.Size, first).FirstOrDefault(known => Holds(file, known.Chunks, start));
            return known is null ? null : (new FileContent(known.Sha256, known.List), known.Chunks);
        }

        if (first is not { } blob || !store.TryFind(blob.Value, out var location) || location.Kind != ObjectKind.Blob
            || location.Length != file.Size)
            return null;
        Chunk[] whole = [new Chunk(blob, file.Size, IsHole: false)];
        return Holds(file, whole, start) ? (new FileContent(blob.Value, null), whole) : null;
    }

    // Whether the layout says of each byte of a file that it is that of the chunks.
    private bool Holds(ScannedFile file, IReadOnlyList<Chunk> chunks, long start)
    {
        int at = 0;
        long offset = 0;
        foreach (Chunk chunk in chunks)
        {
            var range = new ByteRange(offset, chunk.Length);
            long position = offset;
            for (; at < file.Extents.Count; at++)
            {
                FileExtent extent = file.Extents[at];
                ByteRange part = range.Intersect(new ByteRange(extent.FileOffset, extent.Length));
                if (!part.IsEmpty)
                {
                    var onDisk = new ByteRange(start + extent.VolumeOffset + part.Offset - extent.FileOffset, part.Length);
                    if (!IsZero(chunk, position - offset, part.Offset - position)
                        || !(chunk.IsHole ? _layout.IsZero(onDisk) : _layout.IsPartOf(onDisk, chunk.Blob, part.Offset - offset)))
                        return false;
                    position = part.End;
                }

                if (extent.FileOffset + extent.Length > range.End)
                    break;
            }

            if (!IsZero(chunk, position - offset, range.End - position))
                return false;
            offset = range.End;
        }

        return offset == file.Size;
    }

    // A hole of the file may lie in a chunk that has bytes, which must then be zeros.
    private bool IsZero(in Chunk chunk, long chunkOffset, long length)
    {
        if (chunk.IsHole || length == 0)
            return true;
        byte[] bytes = new byte[length];
        store.ReadBlobPart(chunk.Blob, (int)chunkOffset, bytes);
        return ZeroBytes.IsZero(bytes);
    }

    private bool IsZero(OpenVolume volume, ByteRange tail)
    {
        ByteRange onDisk = OnDisk(volume, tail);
        if (!IsWritten(onDisk) && _layout.IsZero(onDisk))
            return true;
        Span<byte> bytes = new byte[tail.Length];
        volume.Source!.ReadExactly(tail.Offset, bytes);
        return ZeroBytes.IsZero(bytes);
    }

    private bool IsWritten(ByteRange range)
    {
        int i = SortedSearch.First(written.Count, i => written[i].End > range.Offset);
        return i < written.Count && written[i].Offset < range.End;
    }

    private static ByteRange OnDisk(OpenVolume volume, ByteRange range) =>
        range with { Offset = volume.Partition.Range.Offset + range.Offset };
}
