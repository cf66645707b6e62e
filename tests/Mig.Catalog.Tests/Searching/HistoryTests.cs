using System.Text;
using Mig.Catalog.Searching;
using Mig.Catalog.Tests.Support;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Images.Searching;
using Mig.Synthetic;
using Mig.Testing;

namespace Mig.Catalog.Tests.Searching;

/// <summary>Answers over many versions are those of somebody who looks into each of them.</summary>
public sealed class HistoryTests : IDisposable
{
    private const int Commits = 400;
    private const int Branches = 3;

    private readonly SearchedRepository _repository = new();

    public HistoryTests()
    {
        string tree = _repository.Files["tree"];
        Tool.Run("bash", "-euc",
            "mkdir -p \"$1\"/{etc,usr/bin,usr/lib,var/log,srv/a/b}; echo h > \"$1/etc/hostname\"; for i in {1..40}; do echo $((i % 30)) > "
            + "\"$1/usr/bin/f$i\"; echo $i > \"$1/etc/e$i\"; done; ln \"$1/etc/e1\" \"$1/srv/a/b/link\"", "tree", tree);
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, _repository.Files["disk"], "8M");
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        new SyntheticHistory(repository, ["etc/hostname", "var/log/new.log"]).Add(Commits, Branches);
    }

    [Fact]
    public void EveryVersionIsSearched()
    {
        foreach (string content in (string[])["3\n", "29\n", "h\n", "version 17\n", "version 400\n", "1\n"])
            AssertSame(new() { Contents = [ObjectId.Of(Encoding.ASCII.GetBytes(content))] }, (_, entry) =>
                entry.Sha256 == ObjectId.Of(Encoding.ASCII.GetBytes(content)));
        AssertSame(new() { Names = [new Glob("e1*")] }, (path, _) => path.Split('/')[^1].StartsWith("e1", StringComparison.Ordinal));
        AssertSame(new() { Paths = [new Glob("/var/*")] }, (path, _) => path.StartsWith("/var/", StringComparison.Ordinal));
        AssertSame(new() { Type = TreeEntryType.Directory }, (_, entry) => entry.Type == TreeEntryType.Directory);
    }

    [Fact]
    public void RefsAreSearchedUnlessMoreIsAskedFor()
    {
        var first = new EntryConditions { Contents = [ObjectId.Of("version 2\n"u8)] };
        var last = new EntryConditions { Contents = [ObjectId.Of(SyntheticHistory.ContentOf(Commits))] };
        Assert.Empty(_repository.Search(first).Found);
        Assert.Equal(2, _repository.Search(first, withHistory: true).Found.Count);
        Assert.Equal(["synthetic/1"], Names(_repository.Search(last)));
        Assert.Empty(_repository.Search(last, withHistory: true, "synthetic/2").Found);
        Assert.Equal(["synthetic/1"], Names(_repository.Search(last, withHistory: false, "main", "synthetic/1")));
        Assert.Equal(["synthetic/2~132"], Names(_repository.Search(first, withHistory: true)));
        using (Repository repository = _repository.Open())
        {
            CommitId old = repository.Revisions.ResolveCommit("synthetic/2~132");
            repository.Refs.Update(RefName.Tag("old"), default(ObjectId), old.Value, repository.Identity.Committer(), "tag");
        }

        Assert.Equal(["old"], Names(_repository.Search(first)));
    }

    [Fact]
    public void NewCommitsAreTakenInAndSharedOnesAreNot()
    {
        var conditions = new EntryConditions { Names = [new Glob("f1")] };
        Assert.Equal(Commits + 1, _repository.SearchText(conditions, withHistory: true).Count);
        long before = new FileInfo(_repository.CatalogPath).Length;
        using (Repository repository = _repository.Open())
            new SyntheticHistory(repository, ["etc/hostname"]).Add(Commits * 2, 1);
        Assert.Equal((Commits * 2) + (Commits / Branches * 2) + 1, _repository.SearchText(conditions, withHistory: true).Count);

        // 48 rows for the new /etc, a few for the root, 12 bytes each, and the new commit: far less than the image has.
        Assert.InRange((new FileInfo(_repository.CatalogPath).Length - before) / (Commits * 2), 1, 2000);
    }

    public void Dispose() => _repository.Dispose();

    private static IEnumerable<string> Names(SearchAnswer answer) =>
        answer.Found.SelectMany(found => found.Versions.Versions).SelectMany(version => answer.Versions[version].Names).Distinct();

    private void AssertSame(EntryConditions conditions, Func<string, TreeEntry, bool> meets)
    {
        SortedSet<string> expected = new(StringComparer.Ordinal), actual = _repository.SearchText(conditions, withHistory: true);
        using Repository repository = _repository.Open();
        foreach (CommitId id in repository.Walk.Walk(repository.Refs.List(RefName.BranchPrefix).Select(branch => new CommitId(branch.Id)))
            .Select(commit => commit.Id))
        {
            foreach (ImageVolume volume in repository.Objects.ReadImage(repository.Objects.ReadCommit(id).Image).Disks.SelectMany(disk =>
                disk.Volumes))
                Look(repository, volume.Root!, volume.Root!, "", (path, entry) => _ = meets(path, entry) && expected.Add($"{id} {path}"));
        }

        Assert.NotEmpty(expected);
        Assert.True(expected.SetEquals(actual),
            $"{expected.Except(actual).FirstOrDefault()} is missing, {actual.Except(expected).FirstOrDefault()} is too much");
    }

    private static void Look(Repository repository, TreeEntry root, TreeEntry entry, string path, Action<string, TreeEntry> visit)
    {
        visit(path.Length == 0 ? "/" : path, entry.Type == TreeEntryType.HardLink
            ? Mig.History.Diffs.TreeLookup.FollowLink(repository.Store, root, entry) : entry);
        if (entry.Type != TreeEntryType.Directory)
            return;
        foreach (TreeEntry child in TreeReader.ReadEntries(repository.Store, entry.Tree))
            Look(repository, root, child, $"{path}/{Encoding.Latin1.GetString(child.Name.Span)}", visit);
    }
}
