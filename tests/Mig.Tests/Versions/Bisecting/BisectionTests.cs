using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Tests.Versions.Histories;
using Mig.Versions.Bisecting;

namespace Mig.Tests.Versions.Bisecting;

/// <summary>A bisection finds what git's finds, in as few tests as halving takes, and never notes what cannot be true.</summary>
public sealed class BisectionTests
{
    private const int Count = 40;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void It_finds_what_git_finds(int seed, bool hasMerges)
    {
        using var history = new TwinHistory(seed, Count, hasMerges, hasMarker: false);
        using Repository repository = history.Open();
        int[] ancestors = [.. history.Git("log", "--format=%s", "main").Select(Number).Order()];
        int culprit = ancestors[1 + new Random(seed).Next(ancestors.Length - 1)];
        HashSet<int> bad =
            [culprit, .. history.Git("log", "--format=%s", "--ancestry-path", $"{Id(history, culprit)}..main").Select(Number)];

        (BisectStep end, int tests) = Run(new Bisection(repository), Name(history, Count), [Name(history, ancestors[0])], step =>
            bad.Contains(Number(step.Next!.Commit.Subject)) ? BisectMark.Bad : BisectMark.Good);
        Assert.Equal(culprit, Number(end.FirstBad!.Commit.Subject));
        Assert.InRange(tests, 1, BitOperations.Log2((uint)ancestors.Length) + 3);

        string script = $"git merge-base --is-ancestor {Id(history, culprit)} HEAD && exit 1; exit 0";
        history.Git("symbolic-ref", "HEAD", "refs/heads/main");
        history.Git("checkout", "--quiet", "--force", "main");
        history.Git("bisect", "start", "main", Id(history, ancestors[0]));
        string[] lines = history.Git("bisect", "run", "sh", "-c", script);
        Assert.Contains(lines, line => line == $"{Id(history, culprit)} is the first bad commit");
    }

    [Fact]
    public void What_cannot_be_tested_is_gone_around_or_named()
    {
        using var history = new TwinHistory(1, 20, hasMerges: false, hasMarker: false);
        using Repository repository = history.Open();
        var bisection = new Bisection(repository);
        (BisectStep end, _) = Run(bisection, Name(history, 20), [Name(history, 1)], step => Number(step.Next!.Commit.Subject) switch
        {
            10 or 11 or 12 => BisectMark.Skip,
            > 15 => BisectMark.Bad,
            _ => BisectMark.Good,
        });
        Assert.Equal(16, Number(end.FirstBad!.Commit.Subject));

        (end, _) = Run(bisection, Name(history, 20), [Name(history, 1)], step => Number(step.Next!.Commit.Subject) switch
        {
            10 or 11 or 12 => BisectMark.Skip,
            > 12 => BisectMark.Bad,
            _ => BisectMark.Good,
        });
        Assert.Null(end.FirstBad);
        Assert.Equal([13, 12, 11, 10], end.Suspects.Select(suspect => Number(suspect.Commit.Subject)));
    }

    [Fact]
    public void What_cannot_be_true_is_refused_and_not_noted()
    {
        using var history = new TwinHistory(1, 20, hasMerges: false, hasMarker: false);
        using Repository repository = history.Open();
        var bisection = new Bisection(repository);
        Assert.Throws<UsageException>(() => bisection.Look());
        Assert.Throws<UsageException>(() => bisection.Mark(BisectMark.Bad, []));
        Assert.Throws<UsageException>(() => bisection.Start(Name(history, 5), [Name(history, 9)]));
        Assert.False(bisection.IsUnderWay);

        BisectStep begun = bisection.Start(Name(history, 15), [Name(history, 2)]);
        Assert.Throws<UsageException>(() => bisection.Mark(BisectMark.Good, [Name(history, 18)]));
        Assert.Throws<UsageException>(() => bisection.Mark(BisectMark.Bad, [Name(history, 1)]));
        Assert.Throws<UsageException>(() => bisection.Mark(BisectMark.Bad, [Name(history, 3), Name(history, 4)]));
        Assert.Equal(begun.Next!.Id, bisection.Look().Next!.Id);

        // Who was wrong says so again.
        bisection.Mark(BisectMark.Good, [Name(history, 8)]);
        Assert.Equal(3, bisection.Mark(BisectMark.Bad, [Name(history, 8)]).Left);
        bisection.Reset();
        Assert.Empty(repository.Refs.List("refs/bisect/"));
        Assert.False(repository.Refs.Exists(Bisection.TestedRef));
    }

    [Fact]
    public void A_program_tests_the_versions()
    {
        using var history = new TwinHistory(1, 20, hasMerges: false, hasMarker: false);
        using Repository repository = history.Open();
        Assert.Equal(2, Run(repository, "bisect", "run", "--", "true").ExitCode);
        Assert.Equal(0, Run(repository, "bisect", "start", "main", Name(history, 1)).ExitCode);
        const string Subject = "n=$(mig log -1 --oneline --no-decorate BISECT_HEAD | cut -d' ' -f2)";

        (int code, string output) = Run(repository, "bisect", "run", "--", "sh", "-c", "exit 200");
        Assert.Equal(2, code);
        Assert.Contains("did not test", output, StringComparison.Ordinal);
        Assert.Contains("cannot be started", Run(repository, "bisect", "run", "--", "/nonexistent").Output, StringComparison.Ordinal);

        (code, output) = Run(repository, "bisect", "run", "--", "sh", "-c", $"{Subject}; [ $n = 10 ] && exit 125; [ $n -lt 14 ]");
        Assert.True(code == 0, output);
        Assert.True(output.Contains($"{Name(history, 14)} is the first bad version", StringComparison.Ordinal), output);
        Assert.Equal(0, Run(repository, "bisect", "reset").ExitCode);
        Assert.Equal(2, Run(repository, "bisect").ExitCode);
    }

    private static (BisectStep End, int Tests) Run(Bisection bisection, string bad, string[] good, Func<BisectStep, BisectMark> test)
    {
        BisectStep step = bisection.Start(bad, good);
        int tests = 0;
        for (; step.Next is not null && tests < Count; tests++)
            step = bisection.Mark(test(step), []);
        return (step, tests);
    }

    private static (int ExitCode, string Output) Run(Repository repository, params string[] arguments)
    {
        using Process process = MigProgram.Start([], ["--repo", repository.Folder, .. arguments]);
        return MigProgram.Finish(process);
    }

    private static string Id(TwinHistory history, int number) =>
        history.Git("log", "--all", "--format=%H %s").Select(line => line.Split(' ')).First(line => Number(line[1]) == number)[0];

    private static string Name(TwinHistory history, int number) => history.Commits[number - 1].ToString();

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
