using Mig.Care.Trust;
using Mig.Core;
using Mig.Disks;
using Mig.Disks.Partitions;
using Mig.Disks.Volumes;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;

namespace Mig.Images.Ingest;

/// <summary>Takes in one disk: its files by content, the rest as residue, and the layout that puts both back together.</summary>
/// <param name="before">The same disk in the version before; null when there is none.</param>
/// <param name="plan">What need not be read in a quick commit; null when everything is.</param>
/// <param name="contents">Takes over the open volumes, so that what was found can be read afterwards; null when a store has it.</param>
internal sealed class DiskIngest(IngestSession session, DiskImage disk, string name, bool discardFree, Limits limits, ImageDisk? before,
    IUnreadPlan? plan, DiskContents? contents = null)
{
    private const string NoScheme = "none";

    private readonly IByteSource _content = disk.Content;
    private readonly Dictionary<int, string> _unreadable = [];

    /// <summary>What the next quick commit wants to know of this disk.</summary>
    public StatCache Stats { get; private set; } = new();

    public (ImageDisk Disk, DiskReport Report) Run()
    {
        PartitionTable table = PartitionTable.Read(_content, limits);
        while (true)
        {
            // Most damage shows when a volume is scanned; what shows only when its files are read starts the disk anew, with that volume as
            // residue.
            bool isTableEmpty = table.Partitions.Count == 0 && table.Scheme != NoScheme;
            List<OpenVolume> volumes = [.. table.Volumes.Select(partition => OpenVolume(partition, isTableEmpty))];
            try
            {
                (ImageDisk Disk, DiskReport Report) taken = TakeIn(table, volumes, out List<LayoutPiece> residue);
                if (contents is not null)
                {
                    contents.Take(volumes, residue);
                    volumes = [];
                }

                return taken;
            }
            catch (DamagedVolumeException e)
            {
                _unreadable[e.Number] = e.Reason;
            }
            finally
            {
                foreach (OpenVolume volume in volumes)
                    volume.FileSystem?.Dispose();
            }
        }
    }

    private OpenVolume OpenVolume(Partition partition, bool isTableEmpty)
    {
        if (_unreadable.TryGetValue(partition.Number, out string? reason))
            return new OpenVolume(partition, null, null, null, reason);
        var source = new SubSource(_content, partition.Range);
        IFileSystem? fileSystem = null;
        try
        {
            var damage = new DamageList();
            fileSystem = FileSystemFormats.Open(source, limits, damage);
            if (fileSystem is null)
                return new OpenVolume(partition, null, null, null, VolumeSignature.Read(source) == VolumeContent.Unknown && isTableEmpty
                    ? "its partition table has no partitions" : VolumeSignature.Describe(source));
            return new OpenVolume(partition, source, fileSystem, VolumeScan.Run(fileSystem, limits, damage), "");
        }
        catch (MigException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            fileSystem?.Dispose();
            return new OpenVolume(partition, null, null, null, e.Message);
        }
    }

    private (ImageDisk Disk, DiskReport Report) TakeIn(PartitionTable table, List<OpenVolume> volumes, out List<LayoutPiece> residue)
    {
        List<ByteRange> stored = [.. FindStored()];
        session.Progress.Begin(name, stored.Sum(range => range.Length));
        Stats = new StatCache();
        DoubtOverlaps(table, volumes);
        long trusted = 0;
        var pieces = new List<LayoutPiece>();
        foreach (OpenVolume volume in volumes.Where(volume => volume.Scan is not null))
        {
            Stats.AddFiles(volume.Partition.Number, volume.Scan!.Files, _content.Length);
            int count = pieces.Count;
            List<ScannedFile> files = plan is null ? volume.Scan!.Files : plan.TakeFiles(volume, pieces);
            trusted += pieces.Skip(count).Sum(piece => piece.Length);
            SpentMemory.GiveBack(files.Count);
            TakeFiles(volume, files, pieces);
            SpentMemory.GiveBack(files.Count);
            Guard(volume, () =>
            {
                volume.Scan.DropLost();
                return volume.Scan.Unread;
            });
        }

        pieces.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        CheckDisjoint(pieces, volumes);

        List<ByteRange> free = [.. FreeRanges(volumes)];
        List<ByteRange> rest = [.. ByteRanges.Subtract(stored, pieces.Select(piece => new ByteRange(piece.Offset, piece.Length)))];
        long discarded = 0;
        if (discardFree)
        {
            List<ByteRange> kept = [.. ByteRanges.Subtract(rest, free)];
            discarded = rest.Sum(range => range.Length) - kept.Sum(range => range.Length);
            rest = kept;
        }

        if (!discardFree && plan?.IsCutByReading != false)
            Stats.AddRests(pieces.Select(piece => new ByteRange(piece.Offset, piece.Length)), _content.Length);
        foreach ((long region, List<ByteRange> ranges) in ResidueIngest.GroupByRegion(rest))
            Stats.AddRegion(region, QuickPlan.FingerprintOf(ranges));
        residue = [];
        if (plan is not null)
            rest = plan.TakeResidue(new DiskRemainder(rest, free, pieces, Stats), residue);
        trusted += residue.Sum(piece => piece.Length);
        residue.AddRange(new ResidueIngest(session, _content).Run(rest));
        residue.RemoveAll(piece => piece.Blob.Value.IsNull);
        residue.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        long deleted = ByteRanges.Intersect(residue.Select(piece => new ByteRange(piece.Offset, piece.Length)), free)
            .Sum(range => range.Length);

        SpentMemory.GiveBack(pieces.Count);
        LayoutId? layout = WriteLayout(pieces, residue);
        var report = new DiskReport(
            name, disk.Format, _content.Length, stored.Sum(range => range.Length), table.Scheme, deleted, discarded, trusted,
                [.. volumes.Select(ToReport)], [.. disk.Warnings, .. table.Warnings])
        { Extras = disk.Extras };

        // The same layout is the same disk, byte for byte: then its trees are the same, too, if they were ever seen to be its trees. An
        // edit describes the same bytes in other pieces than a commit.
        bool isSame = before is not null && before.Length == _content.Length
            && (before.Layout == layout || IsSameBytes(before, pieces, residue));
        if (isSame && before!.Layout != layout)
            Stats.ForgetRests();
        if (isSame && (plan is { TrustsTrees: true } || session.IsProven(before!)))
            return (before! with { Name = name }, report);
        if (plan?.WantsTrees() == true)
            return TakeIn(table, volumes, out residue);

        SpentMemory.GiveBack(pieces.Count);
        var roots = new Dictionary<int, TreeEntry>();
        foreach (OpenVolume volume in volumes.Where(volume => volume.Scan is not null))
            roots.Add(volume.Partition.Number,
                Guard(volume, () => new TreeBuilder(session.Writer, volume.FileSystem!, volume.Scan!).Run()));
        var image = new ImageDisk(name, _content.Length, table.Scheme, table.SectorSize, layout,
            [.. volumes.Select(volume => ToImageVolume(volume, roots))]);
        if (isSame && ProvenDisks.KeyOf(image with { Layout = before!.Layout }) == ProvenDisks.KeyOf(before))
            return (before with { Name = name }, report);
        return (image, report);
    }

    // Whole blocks, for a container may say it to the byte: what is cut as residue depends on the bytes of the disk alone.
    private IEnumerable<ByteRange> FindStored() => ByteRanges.Normalize(
        _content.GetStoredRanges(new ByteRange(0, _content.Length)).Select(range => ResidueIngest.ToBlocks(range, _content.Length)));

    private void TakeFiles(OpenVolume volume, List<ScannedFile> files, List<LayoutPiece> pieces) => Guard(
        volume,
        () => new FileIngest(session, volume.FileSystem!, volume.Source!, volume.Partition.Range.Offset, files).Run(pieces));

    private static void Guard(OpenVolume volume, Action action) => Guard(volume, () =>
    {
        action();
        return true;
    });

    private static T Guard<T>(OpenVolume volume, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (CorruptImageException e)
        {
            throw new DamagedVolumeException(volume.Partition.Number, e.Message);
        }
    }

    // Partitions may overlap on a hostile disk; then files of two volumes may claim the same bytes.
    private static void CheckDisjoint(List<LayoutPiece> pieces, List<OpenVolume> volumes)
    {
        for (int i = 1; i < pieces.Count; i++)
        {
            if (pieces[i].Offset < pieces[i - 1].End)
            {
                OpenVolume volume = volumes.Last(volume => volume.Scan is not null && volume.Partition.Range.Offset <= pieces[i].Offset);
                throw new DamagedVolumeException(volume.Partition.Number,
                    $"FS-006: another volume has files in the same bytes, at offset {pieces[i].Offset} of the disk");
            }
        }
    }

    // What one of two partitions over the same bytes does not use, the other may.
    private static void DoubtOverlaps(PartitionTable table, List<OpenVolume> volumes)
    {
        foreach (ByteRange other in table.LeftOut)
        {
            foreach (OpenVolume volume in volumes.Where(volume =>
                volume.Scan is not null && !volume.Partition.Range.Intersect(other).IsEmpty))
                ((ISpaceWatcher)volume.Scan!.FreeSpace)
                    .Doubt($"another partition, of {other.Length} bytes at offset {other.Offset} of the disk, lies over the same bytes");
        }
    }

    private static IEnumerable<ByteRange> FreeRanges(List<OpenVolume> volumes) => ByteRanges.Normalize(
        volumes.Where(volume => volume.Scan is not null).SelectMany(volume =>
            volume.Scan!.FreeSpace.Ranges.Select(range => range with { Offset = range.Offset + volume.Partition.Range.Offset })));

    private LayoutId? WriteLayout(List<LayoutPiece> files, List<LayoutPiece> residue)
    {
        var writer = new LayoutWriter(session.Writer, _content.Length);
        int at = 0;
        foreach (LayoutPiece piece in files.Where(piece => !piece.Blob.Value.IsNull))
        {
            while (at < residue.Count && residue[at].Offset < piece.Offset)
                writer.Add(residue[at++]);
            writer.Add(piece);
        }

        while (at < residue.Count)
            writer.Add(residue[at++]);
        return writer.Finish();
    }

    private bool IsSameBytes(ImageDisk known, List<LayoutPiece> files, List<LayoutPiece> residue)
    {
        if (session.Store is not { } store)
            return false;
        List<LayoutPiece> pieces = [.. files.Where(piece => !piece.Blob.Value.IsNull), .. residue];
        pieces.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return DescribedBytes.AreEqual(store, known, _content, pieces);
    }

    private static ImageVolume ToImageVolume(OpenVolume volume, Dictionary<int, TreeEntry> roots) => new(
        volume.Partition.Number,
        volume.Partition.Range,
        volume.Partition.Type,
        volume.Partition.Name,
        volume.FileSystem?.Info.Type ?? "",
        volume.FileSystem?.Info.Label ?? "",
        volume.FileSystem?.Info.Uuid ?? "",
        roots.GetValueOrDefault(volume.Partition.Number),
        volume.Reason)
    {
        Unread = volume.Scan?.Unread ?? [],
    };

    private static VolumeReport ToReport(OpenVolume volume) => new(
        volume.Partition.Number,
        volume.FileSystem?.Info.Type ?? "",
        volume.FileSystem?.Info.Label ?? "",
        volume.Partition.Range.Length,
        volume.Scan?.Files.Count ?? 0,
        volume.Scan?.Directories.Count ?? 0,
        volume.Scan?.FileBytes ?? 0,
        volume.Reason,
        volume.FileSystem?.Info.Notes ?? [],
        volume.Scan?.FreeSpace.Doubt ?? "")
    {
        Unread = volume.Scan?.Unread ?? [],
    };
}
