using Mig.Catalog;
using Mig.Catalog.Searching;
using Mig.Core;
using Mig.Verification;

namespace Mig.Searching;

/// <summary>Finds files in all versions of all images, by means of the catalogue, which is brought up to date first.</summary>
public sealed class ImageSearch(Repository repository, IProgressSink progress)
{
    /// <summary>The file of the catalogue: a cache, which may be deleted at any time.</summary>
    internal const string CatalogFile = "catalog.db";

    /// <exception cref="UsageException">The answer would be too long for any memory.</exception>
    public SearchAnswer Find(SearchRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        NamedTips tips = request.Revisions.Count > 0 ? NamedTips.OfRevisions(repository, request.Revisions) : NamedTips.OfRefs(repository);
        using ImageCatalog catalog = Open(cancellation);
        CatalogAnswer answer = catalog.Find(tips.Commits, request.WithHistory, WithRecorded(request, tips, cancellation), request.Packages);
        List<FoundEntry> found = [.. answer.Found];
        found.Sort(Compare);
        List<FoundPackage> packages = request.Conditions.AreEmpty && request.RecordedDigests.Count == 0 ? [.. answer.Packages] : [];
        packages.Sort(Compare);
        IReadOnlyList<SearchedVersion> versions = VersionNames.Find(answer.Commits, tips);

        // Files that were found are an answer; that there are none is one only of what was seen. Of thousands of versions, those that have names are enough to say that.
        bool arePackagesWanted = request.Packages.Count > 0;
        IEnumerable<SearchedVersion> judged = arePackagesWanted ? versions : found.Count > 0 ? [] : versions.Where(version => tips.NamesOf(version.Id).Count > 0);
        return new SearchAnswer(versions, found, packages, new SearchCoverage(repository).Find(judged, arePackagesWanted)) { IsWhole = Report(answer.LeftOut, tips) };
    }

    /// <summary>Makes the catalogue anew, for all that refs lead to.</summary>
    /// <returns>False when some of it could not be taken in, which was said.</returns>
    public bool Reindex(CancellationToken cancellation = default)
    {
        using ImageCatalog catalog = Open(cancellation);
        NamedTips tips = NamedTips.OfRefs(repository);
        return Report(catalog.Rebuild(tips.Commits), tips);
    }

    private bool Report(IReadOnlyList<(CommitId Tip, CorruptStoreException Reason)> leftOut, NamedTips tips)
    {
        foreach ((CommitId tip, CorruptStoreException reason) in leftOut)
            repository.Context.Notice($"not searched: {string.Join(", ", tips.NamesOf(tip))}: {reason.Message}");
        return leftOut.Count == 0 && tips.AreWhole;
    }

    private EntryConditions WithRecorded(SearchRequest request, NamedTips tips, CancellationToken cancellation)
    {
        if (request.RecordedDigests.Count == 0)
            return request.Conditions;
        IEnumerable<ImageId> images = request.WithHistory
            ? repository.Walk.Walk(tips.Commits).Select(commit => commit.Commit.Image)
            : tips.Commits.Select(commit => repository.Objects.ReadCommit(commit).Image);
        IReadOnlySet<ObjectId> contents = new RecordedContents(repository).Find(request.RecordedDigests.ToHashSet(), images, cancellation);
        return request.Conditions with { Contents = [.. request.Conditions.Contents ?? [], .. contents] };
    }

    private ImageCatalog Open(CancellationToken cancellation) =>
        ImageCatalog.Open(Path.Combine(repository.Folder, CatalogFile), new CatalogSource(repository), repository.Context.Notice, progress, cancellation);

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
