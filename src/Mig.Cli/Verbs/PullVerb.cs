using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Exchange.Remotes;

namespace Mig.Cli.Verbs;

internal sealed class PullVerb : Verb
{
    public const string Summary = "Brings what a remote has, and moves the current branch on to it";

    private readonly Argument<string[]> _words = new("REMOTE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _ffOnly = new("--ff-only") { Description = "Does nothing: a pull never merges" };
    private readonly Option<bool> _prune = new("--prune", "-p") { Description = "Removes tracking branches whose origin is gone" };
    private readonly Option<bool> _tags =
        new("--tags", "-t") { Description = "Brings all tags, not only those that lead into what is fetched" };
    private readonly Option<string> _depth = new("--depth") { Description = "Brings only so many versions", HelpName = "N" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Also lists what is up to date" };

    public PullVerb()
        : base("pull", Summary)
    {
        Add(_ffOnly, _prune, _tags, _depth, _verbose);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage => ["pull [--ff-only] [--prune] [--tags] [REMOTE [BRANCH]]"];

    public override string Description =>
        "Without REMOTE and BRANCH, the current branch moves on to the branch that it follows. When both sides have versions\n"
        + "that the other one lacks, nothing moves, and mig says what you can do: mig merge, or mig rebase.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig pull", "takes in what is new on the branch that the current one follows"),
        ("mig pull origin web", "moves the current branch on to web of origin"),
    ];

    public override CompletionKind Completes => CompletionKind.Remotes;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        var options = new FetchOptions
        {
            Remote = words.FirstOrDefault(),
            Refspecs = words.Length > 1 ? words[1..] : [],
            Tags = arguments.GetValue(_tags) ? TagFetch.All : null,
            Prunes = arguments.GetValue(_prune) ? true : null,
            Depth = RemoteArguments.Depth(arguments.GetValue(_depth)),
            Action = "pull",
        };
        PullOutcome outcome;
        using (ProgressBar? progress = session.ShowProgress())
        {
            outcome = new PullOperation(session.Repository).Run(
                options with { Progress = progress ?? options.Progress },
                fetched =>
                {
                    progress?.Dispose();
                    RefTable.Write(fetched, arguments.GetValue(_verbose), isDryRun: false, session);
                },
                session.Cancellation);
        }

        if (session.IsQuiet)
            return ExitCode.Success;
        if (outcome.IsUpToDate)
        {
            session.Output.WriteLine("Already up to date.");
            return ExitCode.Success;
        }

        string after = CommitView.ShortId(outcome.After.Value);
        string what = outcome.Before is { } before
            ? $"Updating {CommitView.ShortId(before.Value)}..{after}\nFast-forward"
            : $"{outcome.Branch.ShortName} begins at {after}";
        session.Output.WriteLine($"{what}: {Sizes.Count(outcome.Commits, "new commit")}");
        return ExitCode.Success;
    }
}
