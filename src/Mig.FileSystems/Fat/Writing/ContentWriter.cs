using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>
/// Writes, cuts and lengthens the content of files. All clusters are found before the first byte is written; what is behind the end in the
/// last one is zero afterwards.
/// </summary>
internal sealed class ContentWriter(WritableVolume volume)
{
    private const int BufferSize = 1 << 20;
    private const long MaxFileSize = uint.MaxValue;

    private readonly Geometry _geometry = volume.Geometry;
    private readonly SectorStore _store = volume.Store;

    /// <summary>Adds content to the end.</summary>
    /// <param name="entry">The file's short entry, which is changed: first cluster and size.</param>
    public void Append(Span<byte> entry, Content content)
    {
        long size = new DirectorySlot(entry).FileSize;
        long newSize = content.SizeBehind(size);
        CheckSize(newSize);
        List<ClusterRun> chain = CutBehind(entry, size);
        long room = (_geometry.CountClusters(size) * _geometry.ClusterSize) - size;
        int head = (int)Math.Min(room, content.Length);
        List<ClusterRun> added = Extend(entry, chain, newSize);
        if (room > 0)
        {
            byte[] tail = new byte[room];
            content.Read(0, tail.AsSpan(0, head));
            _store.Write(_geometry.OffsetOf(chain[^1].Last) + _geometry.ClusterSize - room, tail);
        }

        WriteRuns(added, content, head);
    }

    /// <summary>Puts content in place of all there is.</summary>
    /// <inheritdoc cref="Append"/>
    public void Replace(Span<byte> entry, Content content)
    {
        CheckSize(content.Length);
        List<ClusterRun> old = volume.Follow(_geometry.GetFirstCluster(new DirectorySlot(entry)));
        EntrySlots.SetFirstCluster(entry, 0, _geometry.Type);
        WriteRuns(Extend(entry, [], content.Length), content, 0);
        volume.Table.Cut(old, 0);
    }

    /// <summary>Cuts a file, or lengthens it with zeros: FAT has no holes.</summary>
    /// <inheritdoc cref="Append"/>
    public void SetLength(Span<byte> entry, long length)
    {
        CheckSize(length);
        long size = new DirectorySlot(entry).FileSize;
        long kept = Math.Min(size, length);
        List<ClusterRun> chain = CutBehind(entry, kept);
        long room = (_geometry.CountClusters(kept) * _geometry.ClusterSize) - kept;
        if (room > 0)
            _store.Write(_geometry.OffsetOf(chain[^1].Last) + _geometry.ClusterSize - room, new byte[room]);
        foreach (ClusterRun run in Extend(entry, chain, length))
        {
            var range = new ByteRange(_geometry.OffsetOf(run.First), (long)run.Count * _geometry.ClusterSize);
            Forget(range);
            _store.ZeroContent(range);
        }
    }

    /// <summary>Takes away the clusters that a file of a size does not need.</summary>
    /// <returns>What is left of the chain.</returns>
    private List<ClusterRun> CutBehind(Span<byte> entry, long size)
    {
        List<ClusterRun> chain = volume.Follow(_geometry.GetFirstCluster(new DirectorySlot(entry)));
        long count = _geometry.CountClusters(size);
        if (chain.Sum(static run => (long)run.Count) <= count)
            return chain;
        volume.Table.Cut(chain, count);
        if (count == 0)
            EntrySlots.SetFirstCluster(entry, 0, _geometry.Type);
        var left = new List<ClusterRun>();
        foreach (ClusterRun run in chain)
        {
            int kept = (int)Math.Min(run.Count, count);
            if (kept > 0)
                left.Add(run with { Count = kept });
            count -= kept;
        }

        return left;
    }

    /// <summary>Makes a chain long enough for a size, and notes that in the entry.</summary>
    /// <returns>The clusters that were added.</returns>
    private List<ClusterRun> Extend(Span<byte> entry, List<ClusterRun> chain, long newSize)
    {
        long count = chain.Sum(static run => (long)run.Count);
        List<ClusterRun> added = volume.Table.Allocate(count == 0 ? 0 : chain[^1].Last, _geometry.CountClusters(newSize) - count);
        if (count == 0 && added.Count > 0)
            EntrySlots.SetFirstCluster(entry, added[0].First, _geometry.Type);
        EntrySlots.SetFileSize(entry, (uint)newSize);
        return added;
    }

    /// <summary>Writes content from a position on into clusters that were just allocated, and zeros behind its end.</summary>
    private void WriteRuns(List<ClusterRun> runs, Content content, long position)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(
            (int)Math.Min(BufferSize, runs.Sum(static run => (long)run.Count) * _geometry.ClusterSize));
        using IEnumerator<ByteRange> stored = content.GetStoredRanges().GetEnumerator();
        bool hasStored = stored.MoveNext();
        foreach (ClusterRun run in runs)
        {
            var place = new ByteRange(_geometry.OffsetOf(run.First), (long)run.Count * _geometry.ClusterSize);
            Forget(place);
            for (long offset = place.Offset; offset < place.End;)
            {
                int count = (int)Math.Min(buffer.Length, place.End - offset);
                int known = (int)Math.Min(count, content.Length - position);
                while (hasStored && stored.Current.End <= position)
                    hasStored = stored.MoveNext();
                if (hasStored && stored.Current.Offset < position + known)
                {
                    content.Read(position, buffer.AsSpan(0, known));
                    buffer.AsSpan(known, count - known).Clear();
                    _store.WriteContent(offset, buffer.AsSpan(0, count));
                }
                else
                {
                    _store.ZeroContent(new ByteRange(offset, count));
                }

                position += known;
                offset += count;
            }
        }
    }

    private void Forget(ByteRange range) => _store.Forget(range.Offset / _geometry.SectorSize, range.Length / _geometry.SectorSize);

    private static void CheckSize(long size)
    {
        if (size is < 0 or > MaxFileSize)
            throw new RefusedOperationException(
                RefusalReason.TooLarge, $"a file of {size} bytes is too large for FAT, at most {MaxFileSize} allowed");
    }
}
