using Mig.Core;
using Mig.Disks;
using Mig.History.Diffs;
using Mig.History.Images;

namespace Mig.Images.Export;

/// <summary>Writes a disk of an image as one that holds only the blocks that differ from a disk file under it.</summary>
internal sealed class ThinExporter(Repository repository, ExportRequest request, CancellationToken cancellation)
{
    private readonly PieceReader _reader = new(repository.Store, repository.Context.Parallelism, request.Progress, cancellation);

    /// <param name="findDisk">Finds the disk that the file is said to hold, by its revision.</param>
    /// <returns>The bytes of the blocks that differ.</returns>
    /// <exception cref="ConflictException">The file does not hold what it is said to.</exception>
    public long Export(ImageDisk disk, string format, Func<string, ImageDisk> findDisk)
    {
        BackingSpec spec = BackingSpec.Parse(request.Backing!);
        ImageDisk? claimed = spec.Revision is { } revision ? findDisk(revision) : null;
        using BackingImage backing = BackingImage.Open(repository.Folder, spec.Path, repository.Context.Limits, request.AllowedFolders);
        BackingDisk named = backing.NameFor(request.Path);
        using IThinWriter writer = DiskFormats.CreateThin(request.Path, format, disk.Length, request.Overwrite, named);

        if (claimed is not null)
            CheckClaim(backing, claimed, spec);
        ImageDisk? known = claimed ?? FromRecord(backing.Record, disk);
        var candidates = new BlockSet(disk.Length, writer.BlockLength);
        if (known is null)
            candidates.Add(new ByteRange(0, disk.Length));
        else
            AddChanges(known, disk, candidates);

        // Layouts may describe the same bytes in two ways. Only what really differs is written, and the file has the last word on that.
        var differing = new BlockSet(disk.Length, writer.BlockLength);
        new DiskComparer(repository.Store, _reader, cancellation)
            .Compare(disk, backing.Disk.Content, [.. candidates.GetRanges()], differing);
        List<ByteRange> blocks = [.. differing.GetRanges()];
        new DiskExporter(repository.Store, _reader).Export(disk, writer, blocks);
        cancellation.ThrowIfCancellationRequested();
        backing.CheckUnchanged();
        writer.Complete();
        ExportRecords.Write(repository.Folder, disk.Layout, disk.Length, format, [request.Path, .. backing.Disk.Files]);
        return blocks.Sum(range => range.Length);
    }

    private void CheckClaim(BackingImage backing, ImageDisk claimed, BackingSpec spec)
    {
        string wrong = $"{spec.Path} does not hold {claimed.Name} of {spec.Revision}";
        long length = backing.Disk.Content.Length;
        if (length != claimed.Length)
            throw new ConflictException($"{wrong}: its disk has {length} bytes, and that one {claimed.Length}");
        if (backing.Record is { } record && record.Layout == claimed.Layout)
            return;

        // Nobody vouches for the file, or it was exported from another version, which may still have the same bytes.
        const int BlockLength = 1 << 16;
        var differing = new BlockSet(length, BlockLength);
        new DiskComparer(repository.Store, _reader, cancellation)
            .Compare(claimed, backing.Disk.Content, [new ByteRange(0, length)], differing);
        if (differing.GetRanges().FirstOrDefault() is { IsEmpty: false } first)
            throw new ConflictException(
                $"{wrong}: they differ between bytes {first.Offset} and {Math.Min(first.End, first.Offset + BlockLength)} of the disk; "
                + "name the version that it holds, or none to have it compared with what is exported");
        backing.CheckUnchanged();
        ExportRecords.Write(repository.Folder, claimed.Layout, claimed.Length, backing.Disk.Format, backing.Disk.Files);
    }

    private ImageDisk? FromRecord(ExportRecord? record, ImageDisk disk) =>
        record is null || (record.Layout is { } layout && !repository.Store.Contains(layout.Value)) ? null
            : disk with { Layout = record.Layout, Length = record.Length };

    private void AddChanges(ImageDisk before, ImageDisk after, BlockSet blocks)
    {
        var whole = new ByteRange(0, after.Length);
        foreach (LayoutChange change in new LayoutDiff(repository.Store).Compare(before.Layout, before.Length, after.Layout, after.Length))
        {
            ByteRange range = change.Range.Intersect(whole);
            if (!range.IsEmpty)
                blocks.Add(range);
        }
    }
}
