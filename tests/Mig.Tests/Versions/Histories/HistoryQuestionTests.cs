using System.Text;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Tests.Crashes;
using Mig.Versions.Histories;

namespace Mig.Tests.Versions.Histories;

/// <summary>Which versions a path, a content or a name has changed in: as git says of the same history.</summary>
public sealed class HistoryQuestionTests
{
    private static readonly string[][] Paths = [
        ["etc"], ["etc/deep"], ["etc/f1"], ["etc/deep/f2", "srv"], ["usr/share/f3"], ["*f1"], ["etc/*2"], ["srv/mark?d[0-1]"], ["nowhere"]];

    // eng/crash.sh takes more of them.
    public static TheoryData<int, bool> Histories { get; } = Killing.IsLong ? new() { { 1, true }, { 2, true }, { 3, true }, { 4, false } }
        : new() { { 1, true }, { 4, false } };

    public static TheoryData<int> Seeds { get; } = Killing.IsLong ? [5, 6, 7, 8] : [5];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Paths_change_in_the_versions_that_git_names(int seed, bool hasMerges)
    {
        using var twin = new TwinHistory(seed, 60, hasMerges);
        using Repository repository = twin.Open();
        int found = 0, simplified = 0;
        foreach (string[] paths in Paths)
        {
            foreach (string[] range in (string[][])[["main"], ["b7..main"], ["b28..b56"], ["b14", "b49", "^b21"]])
            {
                RevisionSet set = repository.Revisions.ResolveSet(range);
                var walk = new SimplifiedWalk(repository.Objects, new PathQuestion(repository, Specs(paths)));
                string[] mine = Subjects(walk.Walk(set));
                string[] theirs = twin.Git(["log", "--format=%s", .. range, "--", .. paths]);
                Assert.True(theirs.SequenceEqual(mine),
                    $"seed {seed}, {string.Join(' ', range)} -- {string.Join(' ', paths)}\ngit {string.Join(' ', theirs)}\nmig "
                    + $"{string.Join(' ', mine)}");

                // With --first-parent git lets second parents outside of a range decide, too.
                if (set.Exclude.Count == 0)
                    Assert.Equal(twin.Git(["log", "--format=%s", "--first-parent", .. range, "--", .. paths]),
                        Subjects(walk.Walk(set, firstParentOnly: true)));

                // The parents of a graph are those that are shown.
                string[] graph = [.. walk.WalkGraph(set)
                    .Select(item => string.Join(' ', item.Commit.Parents.Prepend(item.Id)
                    .Select(id => repository.Objects.ReadCommit(id).Subject))).Order(StringComparer.Ordinal)];
                string[] wanted = [.. twin.Git(["log", "--format=%H %P", "--topo-order", "--parents", .. range, "--", .. paths])
                    .Select(line => Names(twin, line, mine)).Order(StringComparer.Ordinal)];
                Assert.Equal(wanted, graph);
                found += mine.Length;
                simplified += twin.Git(["log", "--format=%s", "--full-history", .. range, "--", .. paths]).SequenceEqual(mine) ? 0 : 1;
            }
        }

        // Negative control: without simplification it is another list, where there are merges.
        Assert.True(found > 100);
        Assert.Equal(hasMerges, simplified > 0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_renamed_file_is_followed_as_git_does(int seed)
    {
        using var twin = new TwinHistory(seed, 80, hasMerges: false, hasMarker: false);
        using Repository repository = twin.Open();
        int followed = 0;
        foreach (string path in twin.Trees[^1].Keys)
        {
            var walk = new SimplifiedWalk(repository.Objects, new FollowedPath(repository, PathSpec.Parse("/" + path)));
            string[] mine = Subjects(walk.Walk(repository.Revisions.ResolveSet(["main"])));
            string[] theirs = twin.Git("log", "--format=%s", "-M100%", "--follow", "main", "--", path);
            Assert.True(theirs.SequenceEqual(mine), $"seed {seed}, {path}\ngit {string.Join(' ', theirs)}\nmig {string.Join(' ', mine)}");
            followed += mine.SequenceEqual(twin.Git("log", "--format=%s", "main", "--", path)) ? 0 : 1;
        }

        Assert.True(followed > 0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Contents_come_and_go_when_git_says_so(int seed)
    {
        using var twin = new TwinHistory(seed, 60, hasMerges: true);
        using Repository repository = twin.Open();
        foreach (string[] paths in (string[][])[[], ["srv"], ["srv/marked1"], ["etc"]])
        {
            var content = new ContentCount(repository, Sha256(TwinHistory.Marker), Specs(paths));
            string[] mine = Subjects(repository.Walk.Walk(repository.Revisions.ResolveSet(["main"])).Where(content.Changes)
                .Where(commit => commit.Commit.Parents.Count < 2));
            Assert.Equal(twin.Git(["log", "--format=%s", "--no-merges", "--full-history", "-S", TwinHistory.Marker.TrimEnd(), "main", "--",
                .. paths]), mine);
            Assert.Equal(paths is ["etc"], mine.Length == 0);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_timeline_is_what_each_version_has(int seed)
    {
        using var twin = new TwinHistory(seed, 60, hasMerges: true);
        using Repository repository = twin.Open();
        var timeline = new Timeline(repository);
        string path = twin.Trees[^1].Keys.First();
        IReadOnlyList<TimelineEntry> entries = timeline.OfPath(PathSpec.Parse("/" + path));
        AssertTimeline(twin, entries, tree => tree.TryGetValue(path, out string? content) ? Sha256(content).ToString() : null);
        IReadOnlyList<TimelineEntry> contents = timeline.OfContent(Sha256(TwinHistory.Marker));
        AssertTimeline(twin, contents, tree => tree.ContainsValue(TwinHistory.Marker) ? Sha256(TwinHistory.Marker).ToString() : null);
        TimelineEntry marker = Assert.Single(contents);
        int last = twin.Commits.ToList().FindLastIndex(id => id == marker.Last.Id);
        Assert.Equal(twin.Trees[last].Where(item => item.Value == TwinHistory.Marker).Select(item => "/" + item.Key),
            marker.Paths.Select(Encoding.ASCII.GetString));
        Assert.Empty(timeline.OfContent(Sha256("nowhere")));
        Assert.Empty(timeline.OfPackage("nothing"));
    }

    // By force: every version that a branch leads to, in git's words.
    private static void AssertTimeline(
        TwinHistory twin, IReadOnlyList<TimelineEntry> entries, Func<SortedDictionary<string, string>, string?> valueOf)
    {
        var parents = new Dictionary<int, int[]>();
        Dictionary<string, int> numbers = twin.Git("log", "--all", "--format=%H %s", "--not", "refs/heads/work", "--branches=b*",
            "--branches=main").Concat(twin.Git("log", "--branches=b*", "--branches=main", "--format=%H %s"))
            .Select(line => line.Split(' ')).DistinctBy(words => words[0])
                .ToDictionary(words => words[0], words => int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
        foreach (string line in twin.Git("log", "--branches=b*", "--branches=main", "--format=%s %P"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            parents[int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture)] = [.. words[1..].Select(id => numbers[id])];
        }

        string?[] values = [.. twin.Trees.Select(valueOf).Prepend(null)];
        foreach (string value in parents.Keys.Select(number => values[number]).OfType<string>().Distinct())
        {
            TimelineEntry entry = entries.Single(entry => entry.Value == value);
            Assert.Equal(parents.Keys.Count(number => values[number] == value), entry.Count);
            Assert.Equal(parents.Where(item => values[item.Key] == value && item.Value.All(parent => values[parent] != value))
                .Select(item => item.Key).Order(), Numbers(entry.BroughtBy));
            Assert.Equal(parents.Where(item => values[item.Key] != value && item.Value.Any(parent => values[parent] == value))
                .Select(item => item.Key).Order(), Numbers(entry.RemovedBy));
            foreach (string branch in twin.Git("branch", "--format=%(refname:short)", "--list", "b*", "main"))
            {
                int[] reached = [.. twin.Git("log", "--format=%s", branch, "--")
                    .Select(subject => int.Parse(subject, System.Globalization.CultureInfo.InvariantCulture))];
                Assert.Equal(reached.Any(number => values[number] == value), entry.Branches.Any(item => item.Branch == branch));
                Assert.Equal(values[reached[0]] == value, entry.Branches.Contains((branch, true)));
            }
        }

        Assert.NotEmpty(entries);
    }

    private static IEnumerable<int> Numbers(IEnumerable<WalkedCommit> commits) =>
        commits.Select(commit => int.Parse(commit.Commit.Subject, System.Globalization.CultureInfo.InvariantCulture)).Order();

    private static string[] Subjects(IEnumerable<WalkedCommit> commits) => [.. commits.Select(commit => commit.Commit.Subject)];

    private static IReadOnlyList<PathSpec> Specs(string[] paths) => [.. paths.Select(path => PathSpec.Parse("/" + path))];

    private static ObjectId Sha256(string content) => ObjectId.Of(Encoding.ASCII.GetBytes(content));

    // Ids as subjects; git names parents outside of the set, too.
    private static string Names(TwinHistory twin, string line, string[] shown)
    {
        string[] subjects = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => twin.Git("show", "-s", "--format=%s", id)[0])];
        return string.Join(' ', subjects.Where((subject, i) => i == 0 || shown.Contains(subject)));
    }
}
