using Mig.Core;
using Mig.Disks.Partitions;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.History.Trust;
using Mig.Images.Ingest;
using Mig.Machines.Coverage;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Care.Checks;

/// <summary>
/// Proves that the two views of a disk agree: reads partition tables and file systems from the layout, as a commit reads them from a disk,
/// and sees that the manifest says the same of every file, and names the content that stands at its extents. Metadata is read, and of
/// contents only what no side has hashed yet.
/// </summary>
/// <param name="hashed">Lists whose chunks were seen to make what the list says.</param>
internal sealed class ViewProof(
    IContentSource store, Limits limits, int parallelism, CancellationToken cancellation, IReadOnlySet<ListId>? hashed = null)
{
    private readonly ListCheck _lists = new(store, hashed);

    /// <summary>Compares the views of a disk.</summary>
    /// <returns>Null when they agree.</returns>
    /// <exception cref="CorruptStoreException">Something that the views need is missing or damaged.</exception>
    public ViewDifference? Find(ImageDisk disk)
    {
        try
        {
            Prove(disk, new LayoutSource(store, disk.Layout, disk.Length), new ProofBudget(limits.MaxProofBytes));
            return null;
        }
        catch (ViewDifferenceException e)
        {
            return e.Difference;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return ViewDifference.Of($"the manifest has files of what cannot be read: {e.Message}");
        }
    }

    private void Prove(ImageDisk disk, LayoutSource source, ProofBudget budget)
    {
        PartitionTable table = PartitionTable.Read(source, limits);
        if ((table.Scheme, table.SectorSize) != (disk.Scheme, disk.SectorSize))
            throw Differs(
                $"its partition table is {table.Scheme} of {table.SectorSize} bytes a sector, the image says {disk.Scheme} of "
                + $"{disk.SectorSize}");
        if (!table.Volumes.Select(item => (item.Number, item.Range, item.Type, item.Name))
            .SequenceEqual(disk.Volumes.Select(item => (item.Number, item.Range, item.PartitionType, item.PartitionName))))
            throw Differs("its partitions are not those that the image says");
        foreach (ImageVolume volume in disk.Volumes)
        {
            cancellation.ThrowIfCancellationRequested();
            if (volume.Root is { } root)
                Prove(volume, root, source, budget);
            else if (volume.Reason.Length == 0)
                throw Differs($"nothing says why volume {volume.Number} was not looked into");
        }
    }

    private void Prove(ImageVolume volume, TreeEntry root, LayoutSource source, ProofBudget budget)
    {
        var damage = new DamageList();
        using IFileSystem fileSystem = FileSystemFormats.Open(new SubSource(source, volume.Range), limits, damage)
            ?? throw Differs($"volume {volume.Number} holds no file system, the image says {volume.FileSystem}");
        FileSystems.FileSystemInfo info = fileSystem.Info;
        if ((info.Type, info.Label, info.Uuid) != (volume.FileSystem, volume.Label, volume.Uuid))
            throw Differs(
                $"volume {volume.Number} is {info.Type} '{info.Label}' {info.Uuid}, the image says {volume.FileSystem} '{volume.Label}' "
                + $"{volume.Uuid}");
        VolumeScan scan = VolumeScan.Run(fileSystem, limits, damage);
        var unread = new UnreadProof(volume);
        if (unread.FindUnsaid(scan.Unread) is { } unsaid)
            throw Differs(
                $"{UnreadSentence.PathOf(unsaid)} on volume {volume.Number} cannot be read, and the image does not say so: "
                    + $"{unsaid.Reason}");
        TreeEntry?[] said = new ManifestProof(store, fileSystem, scan, unread, parallelism, cancellation).Run(root);

        // In the order of the disk, nodes of the layout are read once.
        int[] order = [.. Enumerable.Range(0, said.Length)];
        Array.Sort([.. scan.Files.Select(file => file.FirstOffset)], order);
        ParallelWork.ForEach(
            order,
            parallelism,
            () => new FileProof(store, source, volume.Range.Offset, fileSystem, budget),
            (file, proof) =>
            {
                if (said[file] is { } entry)
                    Prove(volume, scan.Files[file], entry, proof, budget);
            },
            cancellation);
    }

    private void Prove(ImageVolume volume, ScannedFile file, TreeEntry said, FileProof proof, ProofBudget budget)
    {
        string name = $"'{System.Text.Encoding.UTF8.GetString(said.Name.Span)}' on volume {volume.Number}";
        bool isLarge = file.Size > BlobLimits.MaxWholeFileSize;
        bool canHash = file.Size - file.Extents.Sum(extent => extent.Length) <= ChunkList.MaxHashedHoles;
        if (isLarge != said.List is not null || (canHash || !isLarge) != said.Sha256 is not null)
            throw Differs($"{name} of {file.Size} bytes is not named as contents of that size are");
        if (!_lists.IsKnown(said))
            budget.Spend(file.Size);
        try
        {
            _lists.Require(said, cancellation);
        }
        catch (CorruptStoreException e) when (e.Code == ListCheck.DifferentCode)
        {
            throw Differs($"{name} is not what the manifest says: {e.Message}");
        }

        IEnumerable<Chunk> chunks = said.List is { } list ? ChunkList.ReadChunks(store, list) : file.Size > 0
            ? [new Chunk(new BlobId(said.Sha256!.Value), file.Size, IsHole: false)] : [];
        if (!proof.Holds(file, chunks))
            throw Differs($"{name} has another content on the disk than in the manifest, which says {said.Sha256}");
    }

    private static ViewDifferenceException Differs(string message) => new(ViewDifference.Of(message));
}
