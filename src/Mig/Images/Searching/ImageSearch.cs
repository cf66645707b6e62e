using Mig.Catalog;
using Mig.Catalog.Searching;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Verification;
using Mig.Machines.Coverage;

namespace Mig.Images.Searching;

/// <summary>Finds files in all versions of all images, by means of the catalogue, which is brought up to date first.</summary>
public sealed class ImageSearch(Repository repository, IProgressSink progress)
{
    /// <summary>The file of the catalogue: a cache, which may be deleted at any time.</summary>
    internal const string CatalogFile = "catalog.db";

    /// <exception cref="UsageException">The answer would be too long for any memory.</exception>
    public SearchAnswer Find(SearchRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var coverage = new AnswerCoverage(repository);
        NamedTips tips = request.Revisions.Count > 0 ? NamedTips.OfRevisions(repository, request.Revisions, coverage)
            : NamedTips.OfRefs(repository, coverage);
        using ImageCatalog catalog = Open(cancellation);
        CatalogAnswer answer = catalog.Find(
            tips.Commits, request.WithHistory, WithRecorded(request, tips, coverage, cancellation), request.Packages);
        List<FoundEntry> found = [.. answer.Found];
        found.Sort(Compare);
        List<FoundPackage> packages = request.Conditions.AreEmpty && request.RecordedDigests.Count == 0 ? [.. answer.Packages] : [];
        packages.Sort(Compare);
        IReadOnlyList<SearchedVersion> versions = VersionNames.Find(answer.Commits, tips);
        LeaveOut(answer.LeftOut, tips, coverage);

        // Files that were found are an answer; that there are none is one only of what was seen. Of thousands of versions, those that have
        // names are enough to say that.
        bool arePackagesWanted = request.Packages.Count > 0;
        IEnumerable<SearchedVersion> judged = arePackagesWanted ? versions : found.Count > 0 ? []
            : versions.Where(version => tips.NamesOf(version.Id).Count > 0);
        coverage.Judge(VersionTips.OfCommits(
            repository, judged.Select(version => new VersionName(version.Id.Value, version.Names)), coverage), arePackagesWanted);
        return new SearchAnswer(versions, found, packages, coverage);
    }

    /// <summary>Makes the catalogue anew, for all that refs lead to.</summary>
    /// <returns>What could not be taken in.</returns>
    public AnswerCoverage Reindex(CancellationToken cancellation = default)
    {
        var coverage = new AnswerCoverage(repository);
        using ImageCatalog catalog = Open(cancellation);
        NamedTips tips = NamedTips.OfRefs(repository, coverage);
        LeaveOut(catalog.Rebuild(tips.Commits), tips, coverage);
        return coverage;
    }

    private static void LeaveOut(IReadOnlyList<(CommitId Version, CorruptStoreException Reason)> leftOut, NamedTips tips,
        AnswerCoverage coverage)
    {
        foreach ((CommitId version, CorruptStoreException reason) in leftOut)
            coverage.LeaveOut(tips.NamesOf(version) is { Count: > 0 } names ? new VersionName(version.Value, names)
                : VersionName.Of(version), reason);
    }

    private EntryConditions WithRecorded(SearchRequest request, NamedTips tips, AnswerCoverage coverage, CancellationToken cancellation)
    {
        if (request.RecordedDigests.Count == 0)
            return request.Conditions;
        IEnumerable<(VersionName, ImageId)> versions = request.WithHistory
            ? new CommitWalk(repository.Objects, coverage.LeaveOut).Walk(tips.Commits)
                .Select(version => (VersionName.Of(version.Id), version.Commit.Image))
            : VersionTips.OfCommits(repository, tips.Commits.Select(tip => new VersionName(tip.Value, tips.NamesOf(tip))), coverage);
        IReadOnlySet<ObjectId> contents = new RecordedContents(repository)
            .Find(request.RecordedDigests.ToHashSet(), versions, coverage, cancellation);
        return request.Conditions with { Contents = [.. request.Conditions.Contents ?? [], .. contents] };
    }

    private ImageCatalog Open(CancellationToken cancellation) =>
        ImageCatalog.Open(Path.Combine(repository.Folder, CatalogFile), new CatalogSource(repository), repository.Context.Notice, progress,
            cancellation);

    private static int Compare(FoundEntry left, FoundEntry right)
    {
        int order = string.CompareOrdinal(left.Volume, right.Volume);
        if (order == 0)
            order = left.Path.Span.SequenceCompareTo(right.Path.Span);
        return order != 0 ? order : left.Versions.First.CompareTo(right.Versions.First);
    }

    private static int Compare(FoundPackage left, FoundPackage right)
    {
        int order = string.CompareOrdinal(left.Package.Name, right.Package.Name);
        order = order != 0 ? order : string.CompareOrdinal(left.Package.Kind, right.Package.Kind);
        order = order != 0 ? order : string.CompareOrdinal(left.Package.Architecture, right.Package.Architecture);
        return order != 0 ? order : string.CompareOrdinal(left.Package.Version, right.Package.Version);
    }
}
