using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.History.Diffs;

/// <summary>
/// Finds what differs on a disk outside of the files that changed: boot code, partition tables, metadata of file systems, deleted data.
/// </summary>
/// <remarks>
/// Content of files is known by its blobs, and only those of changed files are looked at, since the others cost as much as there is. So
/// what an unchanged file left behind when it was moved counts as part of the file system.
/// </remarks>
public sealed class DiskDiff(IContentSource store)
{
    private const int SectorSize = 512;
    private const int MaxCachedBlobs = 16;

    private readonly Dictionary<BlobId, byte[]> _blobs = [];
    private readonly Queue<BlobId> _cached = new();

    /// <summary>Compares two disks.</summary>
    /// <param name="files">Blobs that are content of files which changed, from <see cref="FileBlobs"/>.</param>
    /// <returns>One change for each region that has any, in the order of the disk.</returns>
    public IReadOnlyList<RegionChange> Compare(
        ImageDisk before, ImageDisk after, IReadOnlySet<BlobId> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(files);
        var map = new DiskMap(before.Length > after.Length ? before : after);
        var found = new Dictionary<(DiskRegion Region, ImageVolume? Volume), List<ByteRange>>();
        foreach (LayoutChange change in new LayoutDiff(store).Compare(before.Layout, before.Length, after.Layout, after.Length))
        {
            cancellation.ThrowIfCancellationRequested();
            if (IsFile(change.Before, files) || IsFile(change.After, files))
                continue;
            foreach ((ByteRange place, DiskRegion region, ImageVolume? volume) in map.Split(change.Range))
            {
                foreach (ByteRange part in Differences(change, place))
                {
                    if (!found.TryGetValue((region, volume), out List<ByteRange>? ranges))
                        found[(region, volume)] = ranges = [];
                    if (ranges.Count > 0 && ranges[^1].End == part.Offset)
                        ranges[^1] = ByteRange.FromBounds(ranges[^1].Offset, part.End);
                    else
                        ranges.Add(part);
                }
            }
        }

        return [.. found.Select(item => new RegionChange(item.Key.Region, item.Key.Volume, item.Value))
            .OrderBy(change => change.Ranges[0].Offset)];
    }

    /// <summary>Collects the blobs that changed files consist of, on both sides.</summary>
    public HashSet<BlobId> FileBlobs(IEnumerable<TreeChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var blobs = new HashSet<BlobId>();
        foreach (TreeEntry entry in changes.SelectMany(change => (TreeEntry?[])[change.Before, change.After]).OfType<TreeEntry>()
            .Where(entry => entry.Type == TreeEntryType.File))
        {
            if (entry.List is { } list)
                blobs.UnionWith(ChunkList.ReadChunks(store, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob));
            else if (entry.Sha256 is { } sha256)
                blobs.Add(new BlobId(sha256));
        }

        return blobs;
    }

    private static bool IsFile(LayoutPiece? piece, IReadOnlySet<BlobId> files) => piece is { } found && files.Contains(found.Blob);

    // Several short runs of residue share a blob, so one changed block gives them all another id; the bytes decide.
    private IEnumerable<ByteRange> Differences(LayoutChange change, ByteRange within)
    {
        ReadOnlyMemory<byte> before = Bytes(change.Before), after = Bytes(change.After);
        int length = (int)(within.End - change.Range.Offset);
        for (int start = (int)(within.Offset - change.Range.Offset); start < length;)
        {
            int end = (int)Math.Min(length, ((change.Range.Offset + start) / SectorSize * SectorSize) + SectorSize - change.Range.Offset);
            if (!AreSame(before, after, start, end))
                yield return new ByteRange(change.Range.Offset + start, end - start);
            start = end;
        }
    }

    private static bool AreSame(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, int start, int end)
    {
        ReadOnlySpan<byte> left = before.IsEmpty ? default : before.Span[start..end], right = after.IsEmpty ? default
            : after.Span[start..end];
        if (left.IsEmpty || right.IsEmpty)
            return !(left.IsEmpty ? right : left).ContainsAnyExcept((byte)0);
        return left.SequenceEqual(right);
    }

    private ReadOnlyMemory<byte> Bytes(LayoutPiece? piece)
    {
        if (piece is not { } wanted)
            return default;
        if (!_blobs.TryGetValue(wanted.Blob, out byte[]? bytes))
        {
            bytes = store.ReadBlob(wanted.Blob);
            _blobs[wanted.Blob] = bytes;
            _cached.Enqueue(wanted.Blob);
            if (_cached.Count > MaxCachedBlobs)
                _blobs.Remove(_cached.Dequeue());
        }

        if (bytes.Length < wanted.BlobOffset + wanted.Length)
            throw new CorruptStoreException("OBJ-006",
                $"blob {wanted.Blob} has {bytes.Length} bytes, a layout wants {wanted.Length} from {wanted.BlobOffset}; run mig fsck");
        return bytes.AsMemory(wanted.BlobOffset, (int)wanted.Length);
    }
}
