using System.Runtime.InteropServices;
using Mig.Core;
using Mig.History.Layouts;
using Mig.Store.Content;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>
/// Takes in what no file accounts for: boot code, tables, journals, deleted data, volumes that cannot be read. Zero blocks are left out;
/// long runs are cut by content; the short runs of a megabyte are put together into one blob, so that scattered metadata does not cost a
/// blob for each block.
/// </summary>
internal sealed class ResidueIngest(IngestSession session, IByteSource disk)
{
    /// <summary>Residue is taken in region by region; runs end at their borders. Part of the format.</summary>
    public const int RegionSize = 4 << 20;

    private const int BlockSize = 4096;
    private const int LongRun = 64 << 10;

    private readonly List<List<LayoutPiece>> _pieces = [];
    private readonly Lock _gate = new();

    /// <param name="ranges">Ranges of the disk, ascending and disjoint.</param>
    public IEnumerable<LayoutPiece> Run(IEnumerable<ByteRange> ranges)
    {
        using IEnumerator<(long Region, List<ByteRange> Ranges)> regions = GroupByRegion(ranges).GetEnumerator();
        session.RunWorkers(stop =>
        {
            var pieces = new List<LayoutPiece>();
            var worker = new RegionWorker(session, disk, pieces);
            while (true)
            {
                List<ByteRange> region;
                lock (_gate)
                {
                    if (!regions.MoveNext())
                        break;
                    region = regions.Current.Ranges;
                }

                stop.ThrowIfCancellationRequested();
                worker.Take(CollectionsMarshal.AsSpan(region));
            }

            while (session.Writer.Help())
                stop.ThrowIfCancellationRequested();
            lock (_gate)
                _pieces.Add(pieces);
        });
        return _pieces.SelectMany(list => list);
    }

    /// <summary>Returns the blocks that have something of a range.</summary>
    /// <param name="length">Bytes of the disk.</param>
    public static ByteRange ToBlocks(ByteRange range, long length) => ByteRange.FromBounds(
        range.Offset / BlockSize * BlockSize, Math.Min(length, (range.End + BlockSize - 1) / BlockSize * BlockSize));

    /// <summary>Groups ranges by region, cut at the borders.</summary>
    public static IEnumerable<(long Region, List<ByteRange> Ranges)> GroupByRegion(IEnumerable<ByteRange> ranges)
    {
        var group = new List<ByteRange>();
        foreach (ByteRange range in SplitAtRegions(ranges))
        {
            if (group.Count > 0 && group[0].Offset / RegionSize != range.Offset / RegionSize)
            {
                yield return (group[0].Offset / RegionSize, group);
                group = [];
            }

            group.Add(range);
        }

        if (group.Count > 0)
            yield return (group[0].Offset / RegionSize, group);
    }

    private static IEnumerable<ByteRange> SplitAtRegions(IEnumerable<ByteRange> ranges)
    {
        foreach (ByteRange range in ranges)
        {
            for (long offset = range.Offset; offset < range.End;)
            {
                long end = Math.Min(range.End, ((offset / RegionSize) + 1) * RegionSize);
                yield return ByteRange.FromBounds(offset, end);
                offset = end;
            }
        }
    }

    private sealed class RegionWorker(IngestSession session, IByteSource disk, List<LayoutPiece> pieces)
    {
        private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(RegionSize);
        private readonly byte[] _gathered = GC.AllocateUninitializedArray<byte>(LayoutFormat.LeafSize + LongRun);
        private readonly List<ByteRange> _runs = [];
        private readonly List<ByteRange> _short = [];

        public void Take(ReadOnlySpan<ByteRange> ranges)
        {
            long regionStart = ranges[0].Offset / RegionSize * RegionSize;
            _runs.Clear();
            foreach (ByteRange range in ranges)
            {
                disk.ReadExactly(range.Offset, _buffer.AsSpan((int)(range.Offset - regionStart), (int)range.Length));
                FindRuns(range, regionStart);
                session.Progress.Advance(range.Length);
            }

            foreach (ByteRange run in _runs)
            {
                if (_short.Count > 0 && run.Offset / LayoutFormat.LeafSize != _short[0].Offset / LayoutFormat.LeafSize)
                    EndLeaf(regionStart);
                if (run.Length < LongRun)
                    _short.Add(run);
                else
                    TakeLong(run, regionStart);
            }

            EndLeaf(regionStart);
        }

        // Splits a range into runs of blocks that are not zero; blocks are aligned on the disk.
        private void FindRuns(ByteRange range, long regionStart)
        {
            for (long offset = range.Offset; offset < range.End;)
            {
                long end = Math.Min(range.End, ((offset / BlockSize) + 1) * BlockSize);
                if (!ZeroBytes.IsZero(_buffer.AsSpan((int)(offset - regionStart), (int)(end - offset))))
                {
                    if (_runs.Count > 0 && _runs[^1].End == offset)
                        _runs[^1] = ByteRange.FromBounds(_runs[^1].Offset, end);
                    else
                        _runs.Add(ByteRange.FromBounds(offset, end));
                }

                offset = end;
            }
        }

        private void TakeLong(ByteRange run, long regionStart)
        {
            ReadOnlySpan<byte> bytes = _buffer.AsSpan((int)(run.Offset - regionStart), (int)run.Length);
            for (long offset = run.Offset; !bytes.IsEmpty;)
            {
                int length = FastCdc.Cut(bytes);
                pieces.Add(new LayoutPiece(offset, length, Add(bytes[..length], offset), 0));
                bytes = bytes[length..];
                offset += length;
            }
        }

        private void EndLeaf(long regionStart)
        {
            if (_short.Count == 0)
                return;
            int total = 0;
            foreach (ByteRange run in _short)
            {
                _buffer.AsSpan((int)(run.Offset - regionStart), (int)run.Length).CopyTo(_gathered.AsSpan(total));
                total += (int)run.Length;
            }

            BlobId blob = Add(_gathered.AsSpan(0, total), _short[0].Offset);
            int at = 0;
            foreach (ByteRange run in _short)
            {
                pieces.Add(new LayoutPiece(run.Offset, run.Length, blob, at));
                at += (int)run.Length;
            }

            _short.Clear();
        }

        private BlobId Add(ReadOnlySpan<byte> bytes, long offset)
        {
            var id = new BlobId(ObjectId.Of(bytes));
            session.Writer.AddBlob(id, bytes, new OrderKey(FileOrder.ResidueFamily, 0, (ulong)offset));
            return id;
        }
    }
}
