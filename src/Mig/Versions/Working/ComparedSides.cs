using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Inventories;
using Mig.Machines.Coverage;
using Mig.Store;
using Mig.Versions.Compare;

namespace Mig.Versions.Working;

/// <summary>The two sides of a comparison: versions, or disks as they are now. Owns the disks.</summary>
public sealed class ComparedSides : IDisposable
{
    private readonly IContentSource _objects;
    private readonly ImageComparer _comparer;
    private readonly int _parallelism;

    internal ComparedSides(IContentSource objects, int parallelism, ImageId before, ImageId after)
    {
        _objects = objects;
        _comparer = new ImageComparer(objects);
        _parallelism = parallelism;
        Before = before;
        After = after;
    }

    /// <summary>The earlier image.</summary>
    public ImageId Before { get; }

    /// <summary>The later image.</summary>
    public ImageId After { get; }

    /// <summary>The disks that are the earlier image; null when it is a version.</summary>
    public WorkingImage? DisksBefore { get; init; }

    /// <summary>The disks that are the later image; null when it is a version.</summary>
    public WorkingImage? DisksAfter { get; init; }

    /// <summary>Two versions of a repository.</summary>
    /// <param name="before">Null for an image of nothing, which the first version follows.</param>
    public static ComparedSides Of(Repository repository, ImageId? before, ImageId after)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (before is { } version)
            return new ComparedSides(repository.Store, repository.Context.Parallelism, version, after);
        var scratch = new ScratchStore(repository.Store);
        return new ComparedSides(scratch, repository.Context.Parallelism, new MachineImage([]).Write(scratch), after);
    }

    /// <inheritdoc cref="ImageComparer.Compare"/>
    public ImageComparison Compare(IReadOnlyList<PathSpec> paths) => _comparer.Compare(Before, After, paths);

    /// <inheritdoc cref="ImageComparer.CompareSettings"/>
    public IReadOnlyList<VolumeSettingChange> CompareSettings(ImageComparison comparison) => _comparer.CompareSettings(comparison);

    /// <inheritdoc cref="ImageComparer.CompareDisks"/>
    public IReadOnlyList<DiskComparison> CompareDisks(ImageComparison comparison, CancellationToken cancellation = default) =>
        _comparer.CompareDisks(comparison, cancellation);

    /// <inheritdoc cref="PackageComparer.Compare(ImageComparison, CancellationToken)"/>
    public IReadOnlyList<PackageChange> ComparePackages(ImageComparison comparison, CancellationToken cancellation = default) =>
        new PackageComparer(_objects, _parallelism).Compare(comparison, cancellation);

    /// <summary>
    /// Finds what an answer does not rest on. That packages are equal is an answer of machines that are whole; that files are, of volumes
    /// that were looked into, or whose bytes are the same.
    /// </summary>
    /// <param name="differs">Whether files differ; then that is answer enough.</param>
    /// <param name="arePackagesWanted">Whether packages were compared.</param>
    public AnswerCoverage FindUnseen(
        ImageComparison comparison, bool differs, bool arePackagesWanted, CancellationToken cancellation = default)
    {
        var coverage = new AnswerCoverage(_objects, _parallelism, new InventoryReader(_objects, _parallelism, Limits.Default));
        if (Before == After)
            return coverage;

        // Volumes that were not looked into hold the same where their bytes are the same. A name that could not be read looks as if it were
        // not there.
        bool mayDiffer = (arePackagesWanted || !differs) && MayDifferUnread(comparison, cancellation);
        coverage.Judge(
            [(VersionName.Of(NameOf("before", DisksBefore), Before.Value), Before),
                (VersionName.Of(NameOf("after", DisksAfter), After.Value), After)],
            arePackagesWanted,
            part => mayDiffer || part.Kind is UnseenKind.Record or UnseenKind.Damage);
        return coverage;
    }

    private bool MayDifferUnread(ImageComparison comparison, CancellationToken cancellation) =>
        new[] { comparison.Before, comparison.After }.Any(image => image.Disks.Any(disk => disk.Volumes.Any(volume => volume.Root is null)))
        && CompareDisks(comparison, cancellation)
            .Any(disk => disk.Before is null || disk.After is null || disk.Regions.Any(region => region.Region == DiskRegion.Unread));

    private static string NameOf(string side, WorkingImage? disks) => disks is null ? side : string.Join(", ", disks.Paths);

    /// <summary>Reads what is needed to compare changed files line by line.</summary>
    public ChangedTexts LoadTexts(IEnumerable<TreeChange> changes, CancellationToken cancellation = default) =>
        ChangedTexts.Load(_objects, changes, _parallelism, cancellation);

    public void Dispose()
    {
        DisksBefore?.Dispose();
        DisksAfter?.Dispose();
    }
}
