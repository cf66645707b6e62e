using Mig.Care.Checks;
using Mig.Exchange.Remotes;
using Mig.Testing;
using Mig.Tests.Crashes;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Remotes;

/// <summary>
/// Two users and a server, in mig and in git: whatever they push, fetch and pull, all refs end up the same, and the same is refused.
/// </summary>
public sealed class GitAgreementTests
{
    private static readonly int Steps = Killing.IsLong ? 120 : 30;

    public static TheoryData<int> Seeds { get; } = Killing.IsLong ? [1, 2, 3, 4] : [1, 2];

    private static readonly string[] Branches = ["main", "web", "db/1", "x"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Refs_move_as_in_git(int seed)
    {
        using var folder = new TestFolder();
        Twin server = MakeServer(folder), first = MakeFirst(folder, server), second = MakeClone(folder);
        Twin[] all = [server, first, second];
        var random = new Random(seed);
        var done = new List<string>();
        int refused = 0;
        for (int step = 0; step < Steps; step++)
        {
            int who = random.Next(1, 3);
            string[] command = Choose(random, step);
            done.Add($"{who}: {string.Join(' ', command)}");
            (bool mig, bool git) = all[who].Do(command);
            string story = $"seed {seed}\n{string.Join('\n', done)}\n";
            Assert.True(mig == git, $"{story}git {(git ? "did it" : "refused")}, mig did not agree");
            refused += git ? 0 : 1;
            foreach (Twin twin in all)
                Assert.True(twin.GitRefs().SequenceEqual(twin.MigRefs()),
                    $"{story}git: {string.Join(", ", twin.GitRefs().Except(twin.MigRefs()))}\nmig: "
                    + $"{string.Join(", ", twin.MigRefs().Except(twin.GitRefs()))}");
        }

        Assert.InRange(refused, Steps / 20, Steps * 3 / 4);
        foreach (Twin twin in all)
        {
            CheckReport report = TestRepository.Check(twin.MigFolder);
            Assert.Empty(report.Problems);
        }
    }

    private static string[] Choose(Random random, int step)
    {
        string branch = Branches[random.Next(Branches.Length)], other = Branches[random.Next(Branches.Length)];
        string tag = $"v{random.Next(4)}";
        return random.Next(34) switch
        {
            < 7 => ["commit", $"c{step}"],
            < 9 => ["checkout", branch],
            9 => ["branch", "-f", branch, $"refs/remotes/origin/{other}"],
            10 => ["branch", "-f", branch, other],
            11 => ["branch", "-D", branch],
            12 => random.Next(2) == 0 ? ["tag", "-f", tag] : ["tag", "-a", "-m", "t", tag],
            // git does not take a name twice, mig does
            13 => branch == other ? ["push", "origin", branch] : ["push", "origin", branch, other],
            14 => ["push", "origin", $"{branch}:{other}"],
            15 => ["push", "--no-atomic", "origin", "refs/heads/*:refs/heads/*"],
            16 => ["push", "--force", "origin", branch],
            17 => ["push", "origin", $"+{branch}:{other}"],
            18 => ["push", "--force-with-lease", "origin", branch],
            19 => ["push", $"--force-with-lease={branch}:{other}", "origin", branch],
            20 => ["push", "--delete", "origin", branch],
            21 => ["push", "--tags", "origin", branch],
            22 => ["push", "-u", "origin", branch],
            23 => ["push", "origin", "HEAD"],
            24 => ["push"],
            25 => ["push", "origin", ":"],
            26 => ["push", "origin", $"HEAD:refs/heads/new/{random.Next(3)}"],
            27 => ["push", "origin", tag],
            28 => ["fetch"],
            29 => ["fetch", "--prune"],
            30 => ["fetch", random.Next(2) == 0 ? "--tags" : "--no-tags", "origin"],
            31 => ["fetch", "origin", $"{(random.Next(2) == 0 ? "+" : "")}{branch}:{other}"],
            32 => ["fetch", "origin", branch],
            _ => ["pull"],
        };
    }

    private static Twin MakeServer(TestFolder folder)
    {
        Repository.Initialize(folder["server.mig"], isBare: true, TestRepository.Context);
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", folder["server.git"]);
        return new Twin(folder["server.mig"], folder["server.git"]);
    }

    private static Twin MakeFirst(TestFolder folder, Twin server)
    {
        Repository.Initialize(folder["one-mig"], isBare: false, TestRepository.Context);
        using (Repository repository = TestRepository.Open(folder["one-mig"]))
            new RemoteEditor(repository).Add("origin", server.MigFolder);
        Tool.Run("git", "init", "-q", "-b", "main", folder["one-git"]);
        Tool.Run("git", "-C", folder["one-git"], "remote", "add", "origin", folder["server.git"]);
        var first = new Twin(folder["one-mig"], folder["one-git"]);
        foreach (string[] command in (string[][])[
            ["commit", "root"], ["branch", "-f", "web", "main"], ["commit", "second"], ["push", "-u", "origin", "main", "web"]])
            Assert.Equal((true, true), first.Do(command));
        return first;
    }

    private static Twin MakeClone(TestFolder folder)
    {
        new CloneOperation(new CloneOptions { Address = folder["server.mig"], Directory = folder["two-mig"], BaseFolder = "/" },
            TestRepository.Context).Run(TestContext.Current.CancellationToken);
        Tool.Run("git", "clone", "-q", folder["server.git"], folder["two-git"]);
        return new Twin(folder["two-mig"], folder["two-git"]);
    }
}
