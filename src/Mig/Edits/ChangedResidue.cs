using Mig.Core;
using Mig.History.Layouts;
using Mig.Images.Ingest;
using Mig.Store.Packs;

namespace Mig.Edits;

/// <summary>
/// What an edit changed outside of files: blocks of metadata. Only blocks that differ are stored, next to each other in few blobs; around
/// them the layout goes on naming what it named. (A commit of the whole disk would gather a megabyte's metadata anew, which is many times
/// as much.)
/// </summary>
/// <param name="Ranges">What differs, ascending and disjoint.</param>
/// <param name="Pieces">Where its bytes are now; what is zero now has none.</param>
internal sealed record ChangedResidue(IReadOnlyList<ByteRange> Ranges, IReadOnlyList<LayoutPiece> Pieces)
{
    private const int BlockSize = 1024; // the smallest block of ext4: finer pieces cost more in layouts than they save
    private const int MaxGathered = 1 << 20;
    private const int StepSize = 1 << 20;

    /// <param name="candidates">Ranges that may differ, ascending and disjoint.</param>
    public static ChangedResidue Store(IngestSession session, IByteSource before, IByteSource after, IEnumerable<ByteRange> candidates)
    {
        var ranges = new List<ByteRange>();
        var pieces = new List<LayoutPiece>();
        var gathered = new List<byte>();
        var waiting = new List<ByteRange>();
        byte[] old = new byte[StepSize], now = new byte[StepSize];
        foreach (ByteRange step in Steps(candidates))
        {
            before.ReadExactly(step.Offset, old.AsSpan(0, (int)step.Length));
            after.ReadExactly(step.Offset, now.AsSpan(0, (int)step.Length));
            foreach (ByteRange block in Blocks(step))
            {
                ReadOnlySpan<byte> bytes = now.AsSpan((int)(block.Offset - step.Offset), (int)block.Length);
                if (bytes.SequenceEqual(old.AsSpan((int)(block.Offset - step.Offset), (int)block.Length)))
                    continue;
                ranges.Add(block);
                if (ZeroBytes.IsZero(bytes))
                    continue;
                if (gathered.Count + bytes.Length > MaxGathered)
                    Gather();
                gathered.AddRange(bytes);
                waiting.Add(block);
            }
        }

        Gather();
        return new ChangedResidue(ranges, pieces);

        void Gather()
        {
            if (gathered.Count == 0)
                return;
            byte[] bytes = [.. gathered];
            var blob = new BlobId(ObjectId.Of(bytes));
            session.Writer.AddBlob(blob, bytes, new OrderKey(FileOrder.ResidueFamily, 0, (ulong)waiting[0].Offset));
            int at = 0;
            foreach (ByteRange block in waiting)
            {
                pieces.Add(new LayoutPiece(block.Offset, block.Length, blob, at));
                at += (int)block.Length;
            }

            gathered.Clear();
            waiting.Clear();
        }
    }

    private static IEnumerable<ByteRange> Steps(IEnumerable<ByteRange> ranges)
    {
        foreach (ByteRange range in ranges)
        {
            for (long offset = range.Offset; offset < range.End; offset += StepSize)
                yield return ByteRange.FromBounds(offset, Math.Min(range.End, offset + StepSize));
        }
    }

    private static IEnumerable<ByteRange> Blocks(ByteRange range)
    {
        for (long offset = range.Offset; offset < range.End;)
        {
            long end = Math.Min(range.End, ((offset / BlockSize) + 1) * BlockSize);
            yield return ByteRange.FromBounds(offset, end);
            offset = end;
        }
    }
}
