using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Versions.Compare;

/// <summary>Compares two versions, committed or not: their files, and on request what lies outside of them.</summary>
public sealed class ImageComparer(IContentSource objects)
{
    private const int MaxImages = 256;

    private readonly Dictionary<ImageId, MachineImage> _images = [];

    private readonly Limits _limits = Limits.Default;

    public ImageComparer(Repository repository)
        : this((repository ?? throw new ArgumentNullException(nameof(repository))).Store)
    {
        _limits = repository.Context.Limits;
    }

    /// <summary>Compares the files of two images.</summary>
    /// <param name="paths">What to limit the comparison to; everything when there are none. A path without a volume is looked for on the
    /// default one.</param>
    public ImageComparison Compare(ImageId before, ImageId after, IReadOnlyList<PathSpec> paths)
    {
        MachineImage left = MachineImage.Read(objects, before), right = before == after ? left : MachineImage.Read(objects, after);
        if (before == after)
            return new ImageComparison(left, right, []);
        var volumes = new List<VolumeComparison>();
        foreach ((VolumePair pair, string prefix, bool isDefault, PathLimits limits) in FindVolumes(left, right, paths))
        {
            IReadOnlyList<TreeChange> changes =
                Renames.Find(new TreeDiff(objects, limits) { Limits = _limits }.Compare(pair.Before?.Root, pair.After?.Root));
            volumes.Add(new VolumeComparison(pair, prefix, isDefault, changes));
        }

        return new ImageComparison(left, right, volumes);
    }

    /// <summary>Tells whether anything differs but times; stops at the first thing that does.</summary>
    /// <param name="before">The earlier image; null for one without files.</param>
    /// <param name="after">The later image.</param>
    /// <param name="paths">As <see cref="Compare"/> has them.</param>
    public bool Differs(ImageId? before, ImageId after, IReadOnlyList<PathSpec> paths) =>
        before != after && VisitChanges(before, after, paths, followsLinks: true, (_, change) => change.Kinds == ChangeKinds.Time) == false;

    /// <summary>Visits what differs between the files of two images, one after another, until the visitor has seen enough.</summary>
    /// <param name="followsLinks">Whether hard links stand for the file that they name; else they are entries of their own.</param>
    /// <param name="visit">Given the prefix of the volume and the change; returns false to stop.</param>
    /// <returns>False when it was stopped.</returns>
    internal bool VisitChanges(ImageId? before, ImageId after, IReadOnlyList<PathSpec> paths, bool followsLinks,
        Func<string, TreeChange, bool> visit)
    {
        MachineImage left = before is { } id ? Read(id) : new MachineImage([]), right = Read(after);
        return FindVolumes(left, right, paths).All(item =>
            new TreeDiff(objects, item.Limits) { FollowsLinks = followsLinks, Limits = _limits }
                .Visit(item.Pair.Before?.Root, item.Pair.After?.Root, change => visit(item.Prefix, change)));
    }

    /// <summary>Compares what is decided for file systems as a whole.</summary>
    public IReadOnlyList<VolumeSettingChange> CompareSettings(ImageComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return
        [
            .. ImagePairing.PairVolumes(comparison.Before, comparison.After).Where(pair => pair is { Before: not null, After: not null })
                .SelectMany(pair => SettingComparer.Compare(objects, pair.DiskBefore!, pair.Before!, pair.DiskAfter!, pair.After!)
                    .Select(change => new VolumeSettingChange(pair.DiskAfter!, pair.After!, change))),
        ];
    }

    /// <summary>Compares what lies outside of files, disk by disk.</summary>
    /// <param name="comparison">The files, compared without limits.</param>
    public IReadOnlyList<DiskComparison> CompareDisks(ImageComparison comparison, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var diff = new DiskDiff(objects);
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

    /// <summary>Finds the volumes with files, how each is called, and what of it is wanted.</summary>
    internal IEnumerable<LimitedVolume> FindVolumes(
        MachineImage left, MachineImage right, IReadOnlyList<PathSpec> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        paths = PathFinder.Locate(objects, left, right, paths);
        IReadOnlyList<VolumePair> pairs =
            [.. ImagePairing.PairVolumes(left, right).Where(pair => pair.Before?.Root is not null || pair.After?.Root is not null)];
        ImageVolume? defaultAfter = pairs.Count > 1 ? FindDefault(right) : null, defaultBefore = pairs.Count > 1 ? FindDefault(left) : null;
        foreach (VolumePair pair in pairs)
        {
            bool isDefault = pairs.Count == 1
                || (pair.After is not null ? ReferenceEquals(pair.After, defaultAfter) : ReferenceEquals(pair.Before, defaultBefore));
            string prefix = isDefault ? "" : Name(pair, right, left);
            List<PathSpec> limits = [.. paths.Where(path => IsMeant(path, pair, isDefault))];
            if (paths.Count == 0 || limits.Count > 0)
                yield return new LimitedVolume(pair, prefix, isDefault, new PathLimits([.. limits.Select(path => path.Path)]));
        }

        // What stands beside the disks, as files of one more volume.
        List<PathSpec> beside = [.. paths.Where(path => path.Disk == ImageAttachments.PlaceName)];
        (DiskVolume? was, DiskVolume? now) = (ImageAttachments.AsVolume(left), ImageAttachments.AsVolume(right));
        if (left.Attachments != right.Attachments && (paths.Count == 0 || beside.Count > 0))
            yield return new LimitedVolume(new VolumePair(was?.Disk, was?.Volume, now?.Disk, now?.Volume), "@" + ImageAttachments.PlaceName,
                false, new PathLimits([.. beside.Select(path => path.Path)]));
    }

    // A history asks for each image twice: as a child, and as a parent.
    private MachineImage Read(ImageId id)
    {
        if (!_images.TryGetValue(id, out MachineImage? image))
        {
            if (_images.Count == MaxImages)
                _images.Clear();
            _images[id] = image = MachineImage.Read(objects, id);
        }

        return image;
    }

    private ImageVolume? FindDefault(MachineImage image) => SystemVolume.FindDefault(objects, image);

    private static bool IsMeant(PathSpec path, VolumePair pair, bool isDefault)
    {
        if (!path.NamesVolume)
            return isDefault;
        return Matches(path, pair.DiskAfter, pair.After) || Matches(path, pair.DiskBefore, pair.Before);
    }

    private static bool Matches(PathSpec path, ImageDisk? disk, ImageVolume? volume) =>
        disk is not null && volume is not null && path.Means(new DiskVolume(disk, volume));

    private static string Name(VolumePair pair, MachineImage after, MachineImage before) => pair.After is not null
        ? ImageVolumes.PrefixOf(after, pair.DiskAfter!, pair.After)
        : ImageVolumes.PrefixOf(before, pair.DiskBefore!, pair.Before!);
}
