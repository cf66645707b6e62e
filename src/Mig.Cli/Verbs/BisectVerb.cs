using System.CommandLine;
using System.Numerics;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Versions.Bisecting;
using Mig.Versions.Bisecting.Parts;

namespace Mig.Cli.Verbs;

internal sealed class BisectVerb : Verb
{
    public const string Summary = "Finds the version that broke something, by halves";

    private readonly Option<string> _within = new("--within")
    {
        HelpName = "GOOD",
        Description = "Looks for the change between GOOD and BAD that breaks the machine",
    };

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };

    public BisectVerb()
        : base("bisect", Summary)
    {
        Add(_within);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "bisect start [BAD [GOOD]...]", "bisect (bad [REV] | good [REV]... | skip [REV]...)", "bisect run -- COMMAND...", "bisect [reset]",
        "bisect --within GOOD BAD run -- COMMAND...",
    ];

    public override string Description =>
        """
        Name a version that is bad and one before it that is good; mig names the version between them whose test says most, until it
        is known which was the first bad one. The version to test is BISECT_HEAD, so 'mig cat BISECT_HEAD:/etc/x', 'mig mount' or
        'mig boot' look at it; HEAD stays. run tests with a program: it ends with 0 when the version is good, with 125 when it cannot
        be tested, else with 1 to 127; it finds the version in MIG_BISECT_COMMIT, too. Without a word, says where the bisection stands.

        --within divides what changed between two versions: mig makes machines of the good one that have some of the changes, each
        package with all that is its own and that it needs, each account, each file, and names a smallest set that breaks the machine.
        No branch moves, and what it made goes with the next 'mig gc'.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig bisect start HEAD v1", "HEAD is bad, and v1 was good"),
        ("mig bisect good", "says that BISECT_HEAD is good"),
        ("mig bisect run -- sh -c 'mig cat BISECT_HEAD:/etc/hosts | grep -q db'", "has a command test them all"),
        ("mig bisect reset", "ends it"),
        ("mig bisect --within v1 v2 run -- sh -c 'mig run --no-replay BISECT_HEAD -- true'", "finds which change breaks the machine"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_within) is { } good)
            return Divide(good, arguments.GetValue(_words) ?? [], session);
        var bisection = new Bisection(session.Repository);
        switch (arguments.GetValue(_words) ?? [])
        {
            case []:
                return Report(bisection.Look(), session);
            case ["start", .. var names]:
                return Report(bisection.Start(names.Length > 0 ? names[0] : null, [.. names.Skip(1)]), session);
            case ["good", .. var names]:
                return Report(bisection.Mark(BisectMark.Good, names), session);
            case ["bad", .. var names]:
                return Report(bisection.Mark(BisectMark.Bad, names), session);
            case ["skip", .. var names]:
                return Report(bisection.Mark(BisectMark.Skip, names), session);
            case ["run", _, ..] words:
                return Test(bisection, words[1..], session);
            case ["reset"]:
                bisection.Reset();
                return ExitCode.Success;
            default:
                throw new UsageException("it is 'mig bisect start, good, bad, skip, run' or 'reset'; 'mig help bisect' explains them");
        }
    }

    private static int Test(Bisection bisection, string[] words, Session session)
    {
        var command = new BisectCommand(session.Repository, words);
        BisectStep step = bisection.Look();
        if (!step.HasBad || !step.HasGood)
            throw new UsageException("a bad and a good version must be named first, as in 'mig bisect start HEAD v1'");
        while (step.Next is { } next)
        {
            session.Output.WriteLine($"Testing {LineOf(next, session)}");
            session.Output.Flush();
            BisectMark mark = command.Test(next.Id, session.Cancellation);
            WriteMark(mark, session);
            step = bisection.Mark(mark, [next.Id.ToString()]);
        }

        return Report(step, session);
    }

    private static int Divide(string good, string[] words, Session session)
    {
        if (words is not [var bad, "run", _, ..])
            throw new UsageException("it is 'mig bisect --within GOOD BAD run -- COMMAND...'");
        var command = new BisectCommand(session.Repository, words[2..]);
        PartBisectResult result = new PartBisection(session.Repository, machine => command.Test(machine, session.Cancellation))
        {
            Begins = (machine, count, all) =>
            {
                session.Output.WriteLine($"Testing {machine.Value.ToShortString()} with {count} of {Sizes.Count(all, "change")}");
                session.Output.Flush();
            },
            Ends = mark => WriteMark(mark, session),
        }.Run(good, bad, session.Cancellation);
        if (result.Suspects.Count > 0)
        {
            session.Output.WriteLine("Some machines cannot be tested. One of these is to blame:");
            WriteParts(result.Suspects, session);
            if (result.Culprits.Count > 0)
                session.Output.WriteLine("together with:");
            WriteParts(result.Culprits, session);
            return ExitCode.Incomplete;
        }

        if (result.Culprits.Count == 0)
        {
            session.Output.WriteLine(
                $"{good} with all changed files of {bad} is good: what breaks {bad} lies outside of its files, or comes and goes");
            return ExitCode.Incomplete;
        }

        session.Output.WriteLine(result.Culprits.Count == 1 ? $"Found in {Sizes.Count(result.Tests, "test")}; it is:"
            : $"Found in {Sizes.Count(result.Tests, "test")}; only together they break it:");
        WriteParts(result.Culprits, session);
        if (result.Companions.Count > 0)
            session.Output.WriteLine("which cannot be without:");
        WriteParts(result.Companions, session);
        return ExitCode.Success;
    }

    private static void WriteParts(IReadOnlyList<ChangePart> parts, Session session)
    {
        foreach (ChangePart part in parts)
            session.Output.WriteLine($"  {part.Title}");
    }

    private static void WriteMark(BisectMark mark, Session session) => session.Output.WriteLine(
        $"  it {mark switch { BisectMark.Good => "is good", BisectMark.Bad => "is bad", _ => "cannot be tested" }}");

    private static int Report(BisectStep step, Session session)
    {
        if (step.FirstBad is { } found)
        {
            session.Output.WriteLine($"{found.Id} is the first bad version");
            foreach (string line in new CommitView(session.Output, session.Palette).Lines(found.Id, found.Commit, ""))
                session.Output.WriteLine(line);
            return ExitCode.Success;
        }

        if (step.Next is { } next)
        {
            session.Output.WriteLine(
                $"At most {Sizes.Count(step.Left, "version")} left after this "
                + $"(roughly {Sizes.Count(BitOperations.Log2((uint)Math.Max(1, step.Left)), "step")})");
            session.Output.WriteLine($"Test {LineOf(next, session)}");
            return ExitCode.Success;
        }

        if (step.Suspects.Count > 0)
        {
            session.Output.WriteLine("The versions that are left cannot be tested. The first bad one is one of:");
            foreach (WalkedCommit suspect in step.Suspects)
                session.Output.WriteLine(LineOf(suspect, session));
            return ExitCode.Incomplete;
        }

        session.Output.WriteLine(step.HasBad ? "Name a good version: mig bisect good REV" : step.HasGood
            ? "Name a bad version: mig bisect bad REV"
            : "Name a bad and a good version: mig bisect bad REV, mig bisect good REV");
        return ExitCode.Success;
    }

    private static string LineOf(WalkedCommit commit, Session session) =>
        new CommitView(session.Output, session.Palette).OneLine(commit.Id, commit.Commit, "");
}
