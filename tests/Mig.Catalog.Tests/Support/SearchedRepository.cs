using System.Text;
using Mig.Catalog.Searching;
using Mig.Core;
using Mig.Images.Searching;
using Mig.Testing;
using Mig.Versions.Commits;

namespace Mig.Catalog.Tests.Support;

/// <summary>A repository of its own, and what is found in it.</summary>
internal sealed class SearchedRepository : IDisposable
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["MIG_AUTHOR_NAME"] = "A U Thor",
        ["MIG_AUTHOR_EMAIL"] = "author@example.com",
        ["MIG_AUTHOR_DATE"] = "1700000000 +0000",
        ["MIG_COMMITTER_NAME"] = "C O Mitter",
        ["MIG_COMMITTER_EMAIL"] = "committer@example.com",
        ["MIG_COMMITTER_DATE"] = "1700000000 +0000",
    };

    private readonly List<string> _notices = [];

    public SearchedRepository() => Repository.Initialize(Folder, isBare: true, Context);

    public TestFolder Files { get; } = new();

    public string Folder => Files["repository"];

    public string CatalogPath => Path.Combine(Folder, "catalog.db");

    /// <summary>What was said to the user.</summary>
    public IReadOnlyList<string> Notices => _notices;

    private RepositoryContext Context =>
        RepositoryContext.Default with { Environment = name => Variables.GetValueOrDefault(name), Parallelism = 2, Notice = _notices.Add };

    public Repository Open() => Repository.Open(Folder, Context);

    public CommitId Commit(params string[] disks)
    {
        using Repository repository = Open();
        var request = new CommitRequest { Disks = [.. disks.Select(disk => Files[disk])], Message = "a version", AllowEmpty = true };
        return repository.Commits.Add(request, TestContext.Current.CancellationToken).Id!.Value;
    }

    public SearchAnswer Search(EntryConditions conditions, bool withHistory = false, params string[] revisions)
    {
        using Repository repository = Open();
        var request = new SearchRequest { Conditions = conditions, WithHistory = withHistory, Revisions = revisions };
        return new ImageSearch(repository, NoProgress.Instance).Find(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Searches, and returns what was found as text: each place with the ids of the versions that have it.</summary>
    public SortedSet<string> SearchText(EntryConditions conditions, bool withHistory = false, params string[] revisions) =>
        TextOf(Search(conditions, withHistory, revisions));

    public static SortedSet<string> TextOf(SearchAnswer answer)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (FoundEntry found in answer.Found)
        {
            foreach (int version in found.Versions.Versions)
                lines.Add($"{answer.Versions[version].Id} {found.Volume}/{Encoding.Latin1.GetString(found.Path.Span)}");
        }

        return lines;
    }

    public void Dispose() => Files.Dispose();
}
