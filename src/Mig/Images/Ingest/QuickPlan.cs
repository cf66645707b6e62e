using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Images.Ingest;

/// <summary>
/// What a quick commit takes from the version before without reading it: files whose size, times and extents are as they were, under the
/// same path, and stretches of free space. Their place in the layout is copied. Content changed behind the file system's back goes
/// unnoticed: that is the bargain.
/// </summary>
internal sealed class QuickPlan(ObjectStore store, ImageDisk before, StatCache cache) : IUnreadPlan
{
    private readonly KnownLayout _layout = new(store, before);

    // True once files were taken without looking for them in the trees of the version before: none of any volume had changed. That will do
    // when the layout turns out to be the same, for then the trees are, too; else everything is taken again, with _matchesTrees.
    private bool _skippedTrees;
    private bool _matchesTrees;

    public bool TrustsTrees => true;

    public bool IsCutByReading => cache.NotesRests;

    /// <inheritdoc/>
    public bool WantsTrees()
    {
        if (!_skippedTrees || _matchesTrees)
            return false;
        _matchesTrees = true;
        return true;
    }

    /// <summary>Makes a plan, when the version before and its cache allow one.</summary>
    public static QuickPlan? Create(ObjectStore store, string repositoryFolder, ImageDisk? before, long diskLength)
    {
        if (before?.Layout is null || before.Length != diskLength || StatCache.Read(repositoryFolder, before) is not { } cache)
            return null;
        return new QuickPlan(store, before, cache);
    }

    /// <inheritdoc/>
    public List<ScannedFile> TakeFiles(OpenVolume volume, List<LayoutPiece> unread)
    {
        ImageVolume? same = before.Volumes.FirstOrDefault(old =>
            old.Number == volume.Partition.Number && old.Range == volume.Partition.Range && old.Root is not null
                && old.Uuid == volume.FileSystem!.Info.Uuid);
        if (same is null)
            return volume.Scan!.Files;
        List<ScannedFile> files = volume.Scan!.Files;
        bool[] isSame = [.. files.Select(file =>
            cache.HasFile(volume.Partition.Number, file) && file.Extents.All(extent => extent.IsOnVolume))];
        TreeEntry?[]? entries = null;
        if (_matchesTrees || isSame.Contains(false))
            entries = MatchEntries(volume.Scan!, same.Root!);
        else
            _skippedTrees = true;
        var changed = new List<ScannedFile>();
        for (int i = 0; i < files.Count; i++)
        {
            ScannedFile file = files[i];
            if (!isSame[i] || (entries is not null && entries[i] is null))
            {
                changed.Add(file);
                continue;
            }

            if (entries is not null)
                file.Content = new FileContent(entries[i]!.Sha256, entries[i]!.List);
            foreach (FileExtent extent in file.Extents)
                _layout.Take(new ByteRange(volume.Partition.Range.Offset + extent.VolumeOffset, extent.Length), unread);
            TakeTail(volume, file, unread);
        }

        return changed;
    }

    /// <summary>Takes what is in regions where all of it is free space as before.</summary>
    public List<ByteRange> TakeResidue(DiskRemainder remainder, List<LayoutPiece> unread)
    {
        (List<ByteRange> residue, List<ByteRange> free) = (remainder.Ranges, remainder.Free);
        var mustRead = new List<ByteRange>();
        var inUse = ByteRanges.Subtract(residue, free).Select(range => range.Offset / ResidueIngest.RegionSize)
            .Concat(ByteRanges.Subtract(residue, free).Select(range => (range.End - 1) / ResidueIngest.RegionSize)).ToHashSet();
        foreach ((long region, List<ByteRange> ranges) in ResidueIngest.GroupByRegion(residue))
        {
            if (inUse.Contains(region) || !cache.HasRegion(region, FingerprintOf(ranges)))
                mustRead.AddRange(ranges);
            else
                ranges.ForEach(range => _layout.Take(range, unread));
        }

        return mustRead;
    }

    /// <summary>A number that changes when a region's ranges do.</summary>
    public static ulong FingerprintOf(List<ByteRange> ranges) =>
        ObjectId.Of(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(ranges))).Prefix;

    /// <summary>A number that changes when a file's size, times or extents do.</summary>
    public static ulong FingerprintOf(long size, Timestamp modified, Timestamp changed, IReadOnlyList<FileExtent> extents)
    {
        const int HeadSize = 40, ExtentSize = 24;
        byte[] bytes = new byte[HeadSize + (extents.Count * ExtentSize)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), modified.Seconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), changed.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), modified.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), changed.Nanoseconds);
        for (int i = 0; i < extents.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeadSize + (i * ExtentSize)), extents[i].FileOffset);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeadSize + (i * ExtentSize) + 8), extents[i].Length);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeadSize + (i * ExtentSize) + 16), extents[i].VolumeOffset);
        }

        return ObjectId.Of(bytes).Prefix;
    }

    // Both sides of a directory are sorted by the bytes of their names.
    private TreeEntry?[] MatchEntries(VolumeScan scan, TreeEntry root)
    {
        var files = new TreeEntry?[scan.Files.Count];
        var trees = new TreeId?[scan.Directories.Count];
        trees[0] = root.Tree;
        for (int i = 0; i < trees.Length; i++)
        {
            if (trees[i] is not { } tree)
                continue;
            IReadOnlyList<TreeEntry> old = TreeReader.ReadEntries(store, tree);
            int at = 0;
            foreach (ScannedEntry entry in scan.Directories[i].Entries)
            {
                while (at < old.Count && old[at].Name.Span.SequenceCompareTo(entry.Name.Span) < 0)
                    at++;
                if (at == old.Count || entry.LinkPath is not null || !old[at].Name.Span.SequenceEqual(entry.Name.Span))
                    continue;
                if (entry.Type == NodeType.Directory && old[at].Type == TreeEntryType.Directory)
                    trees[entry.Index] = old[at].Tree;
                else if (entry.Type == NodeType.File && old[at].Type == TreeEntryType.File && old[at].Size == scan.Files[entry.Index].Size)
                    files[entry.Index] = old[at];
            }
        }

        return files;
    }

    // The end of a file's last block was zero when no piece covers it; else it is residue, and read like all residue.
    private void TakeTail(OpenVolume volume, ScannedFile file, List<LayoutPiece> unread)
    {
        ByteRange tail = FileReader.TailOf(file, volume.FileSystem!.Info.BlockSize, volume.Source!.Length);
        if (tail.IsEmpty)
            return;
        tail = tail with { Offset = tail.Offset + volume.Partition.Range.Offset };
        if (_layout.IsZero(tail))
            unread.Add(new LayoutPiece(tail.Offset, tail.Length, default, 0));
    }
}
