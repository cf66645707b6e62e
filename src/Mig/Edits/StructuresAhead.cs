using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Edits;

/// <summary>
/// Fetches what an edit reads of a volume and a partial clone has left at its remote, all at once: the structures of its file system. They
/// are what stands on the disk and belongs to no file of the manifest. Where that is much, because deleted data is kept, too, the free
/// space is looked up first.
/// </summary>
internal static class StructuresAhead
{
    // Of a small volume all is fetched without a look; a look costs some calls.
    private const long MostUnseen = 16 << 20;
    private const long Most = 128 << 20;
    private const long ReadSize = 32 << 10;

    /// <param name="disk">The disk as it is in the version.</param>
    public static void Fetch(ObjectStore store, ImageDisk disk, ImageVolume volume, Limits limits)
    {
        if (!store.IsPartial || disk.Layout is not { } layout || volume.Root is not { } root)
            return;
        HashSet<BlobId> contents = FindContents(store, root.Tree);
        List<LayoutPiece> pieces = [.. LayoutReader.ReadPieces(store, layout, disk.Length, volume.Range)];
        List<ByteRange> residue = [.. pieces.Where(piece => !contents.Contains(piece.Blob))
            .Select(piece => new ByteRange(piece.Offset, piece.Length))];
        if (pieces.Where(piece => !contents.Contains(piece.Blob) && !store.IsHere(piece.Blob.Value))
            .Sum(piece => piece.Length) > MostUnseen)
            residue = LeaveOutFree(residue, store, disk, volume, limits);
        long bytes = 0;
        IEnumerable<ByteRange> read =
            ByteRanges.Normalize(residue.TakeWhile(range => (bytes += range.Length) <= Most).Select(range => Around(range, volume.Range)));
        store.Prefetch(Within(pieces, [.. read]).Select(piece => piece.Blob));
    }

    // As readers of file systems read: what stands beside a block comes with it.
    private static ByteRange Around(ByteRange range, ByteRange volume)
    {
        long start = (range.Offset - volume.Offset) / ReadSize * ReadSize, end = (range.End - volume.Offset + ReadSize - 1) / ReadSize
            * ReadSize;
        return ByteRange.FromBounds(volume.Offset + start, Math.Min(volume.End, volume.Offset + end));
    }

    private static IEnumerable<LayoutPiece> Within(List<LayoutPiece> pieces, List<ByteRange> ranges)
    {
        int next = 0;
        foreach (LayoutPiece piece in pieces)
        {
            while (next < ranges.Count && ranges[next].End <= piece.Offset)
                next++;
            if (next < ranges.Count && ranges[next].Offset < piece.End)
                yield return piece;
        }
    }

    private static HashSet<BlobId> FindContents(ObjectStore store, TreeId root)
    {
        var blobs = new HashSet<BlobId>();
        var seen = new HashSet<TreeId> { root };
        var pending = new Stack<TreeId>([root]);
        while (pending.TryPop(out TreeId tree))
        {
            foreach (TreeEntry entry in TreeReader.ReadEntries(store, tree))
            {
                if (entry.Type == TreeEntryType.Directory && seen.Add(entry.Tree))
                    pending.Push(entry.Tree);
                else if (entry.List is { } list)
                    blobs.UnionWith(ChunkList.ReadChunks(store, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob));
                else if (entry.Sha256 is { } id)
                    blobs.Add(new BlobId(id));
            }
        }

        return blobs;
    }

    private static List<ByteRange> LeaveOutFree(
        List<ByteRange> residue, ObjectStore store, ImageDisk disk, ImageVolume volume, Limits limits)
    {
        using var source = new LayoutSource(store, disk.Layout, disk.Length);
        try
        {
            using IFileSystem? fileSystem = FileSystemFormats.Open(new SubSource(source, volume.Range), limits);
            return fileSystem is null ? residue
                : [.. ByteRanges.Subtract(residue, fileSystem.GetFreeRanges()
                    .Select(range => range with { Offset = range.Offset + volume.Range.Offset }))];
        }
        catch (CorruptImageException)
        {
            return []; // whoever reads it next says what is wrong
        }
    }
}
