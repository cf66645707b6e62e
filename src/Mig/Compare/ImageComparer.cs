using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;

namespace Mig.Compare;

/// <summary>Compares two versions: their files, and on request what lies outside of them.</summary>
public sealed class ImageComparer(Repository repository)
{
    /// <summary>Compares the files of two images.</summary>
    /// <param name="paths">What to limit the comparison to; everything when there are none. A path without a volume is looked for on the default one.</param>
    public ImageComparison Compare(ImageId before, ImageId after, IReadOnlyList<PathSpec> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        MachineImage left = repository.Objects.ReadImage(before), right = before == after ? left : repository.Objects.ReadImage(after);
        if (before == after)
            return new ImageComparison(left, right, []);
        var volumes = new List<VolumeComparison>();
        IReadOnlyList<VolumePair> pairs = [.. ImagePairing.PairVolumes(left, right).Where(pair => pair.Before?.Root is not null || pair.After?.Root is not null)];
        ImageVolume? defaultAfter = pairs.Count > 1 ? FindDefault(right) : null, defaultBefore = pairs.Count > 1 ? FindDefault(left) : null;
        foreach (VolumePair pair in pairs)
        {
            bool isDefault = pairs.Count == 1 || (pair.After is not null ? ReferenceEquals(pair.After, defaultAfter) : ReferenceEquals(pair.Before, defaultBefore));
            string prefix = isDefault ? "" : Name(pair, right, left);
            List<PathSpec> limits = [.. paths.Where(path => IsMeant(path, pair, isDefault))];
            if (paths.Count > 0 && limits.Count == 0)
                continue;
            var diff = new TreeDiff(repository.Store, new PathLimits([.. limits.Select(path => path.Path)]));
            IReadOnlyList<TreeChange> changes = Renames.Find(diff.Compare(pair.Before?.Root, pair.After?.Root));
            volumes.Add(new VolumeComparison(pair, prefix, isDefault, changes));
        }

        return new ImageComparison(left, right, volumes);
    }

    /// <summary>Compares what lies outside of files, disk by disk.</summary>
    /// <param name="comparison">The files, compared without limits.</param>
    public IReadOnlyList<DiskComparison> CompareDisks(ImageComparison comparison, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var diff = new DiskDiff(repository.Store);
        HashSet<BlobId>? files = null;
        var disks = new List<DiskComparison>();
        foreach (DiskPair pair in ImagePairing.PairDisks(comparison.Before, comparison.After))
        {
            IReadOnlyList<RegionChange> regions = [];
            if (pair is { Before: { } before, After: { } after })
            {
                if (before.Layout == after.Layout && before.Length == after.Length)
                    continue;
                files ??= diff.FileBlobs(comparison.Volumes.SelectMany(volume => volume.Changes));
                regions = diff.Compare(before, after, files, cancellation);
            }

            disks.Add(new DiskComparison(pair.Before, pair.After, regions));
        }

        return disks;
    }

    private ImageVolume? FindDefault(MachineImage image) => new Browse.ImageBrowser(repository).FindDefaultVolume(image);

    private static bool IsMeant(PathSpec path, VolumePair pair, bool isDefault)
    {
        if (path is { Disk: null, Partition: null })
            return isDefault;
        return Matches(path, pair.DiskAfter, pair.After) || Matches(path, pair.DiskBefore, pair.Before);
    }

    private static bool Matches(PathSpec path, ImageDisk? disk, ImageVolume? volume) => disk is not null && volume is not null
        && (path.Disk is null || path.Disk == disk.Name)
        && (path.Partition is null || path.Partition == volume.Number || (volume.Number == 0 && path.Partition == 1));

    private static string Name(VolumePair pair, MachineImage after, MachineImage before) => pair.After is not null
        ? Browse.ImageBrowser.PrefixOf(after, pair.DiskAfter!, pair.After)
        : Browse.ImageBrowser.PrefixOf(before, pair.DiskBefore!, pair.Before!);
}
