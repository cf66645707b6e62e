using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Machines.Merging;
using Mig.Versions.Merging;

namespace Mig.Cli.Verbs;

internal sealed class MergeVerb : Verb
{
    public const string Summary = "Merges another version of the machine into the current branch";

    private readonly Argument<string[]> _revision = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _message =
        new("--message", "-m") { Description = "The message; given again, adds a paragraph", HelpName = "MSG" };
    private readonly Option<bool> _noFastForward =
        new("--no-ff") { Description = "Makes a commit even where the branch could simply move on" };
    private readonly Option<bool> _fastForwardOnly = new("--ff-only") { Description = "Only moves the branch on, and refuses all else" };
    private readonly MergeArguments _choices = new();
    private readonly Option<string> _conflictsTo =
        new("--conflicts-to") { Description = "Writes the three sides of each conflict into a new folder", HelpName = "DIR" };
    private readonly Option<string> _continue =
        new("--continue") { Description = "Merges with what was resolved in such a folder", HelpName = "DIR" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Shows what would change, and changes nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public MergeVerb()
        : base("merge", Summary)
    {
        Add(_message, _noFastForward, _fastForwardOnly);
        Add(_choices.Options);
        Add(_conflictsTo, _continue, _dryRun, _noVerify);
        Add(_revision);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "merge [-m MSG] [--no-ff | --ff-only] [--ours PATH]... [--theirs PATH]... [-X SIDE] [--conflicts-to DIR] [-n] [--json] REV",
        "merge --continue DIR [--ours PATH]... [--theirs PATH]...",
    ];

    public override string Description =>
        "Compares both sides with their common ancestor, path by path. Texts are merged by lines, the tables of users, groups\n"
        + "and packages by what they mean. The result is a real disk, made on top of ours. With conflicts nothing changes: mig\n"
        + "lists them and ends with 3. Take sides with --ours and --theirs, or resolve them by hand with --conflicts-to.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig merge security", "takes the changes of the branch security in"),
        ("mig merge -n security", "shows what would change"),
        ("mig merge --theirs /etc/nginx security", "their side decides conflicts there"),
        ("mig merge --conflicts-to fix security", "writes base, ours, theirs and merged of each conflict into fix/"),
        ("mig merge --continue fix", "merges with the files fix/*/merged as they are now"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        MergeRequest request = ReadRequest(arguments, session);
        MergeOutcome outcome;
        using (ProgressBar? progress = session.ShowProgress())
            outcome = new Merger(session.Repository).Merge(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        string? folder = arguments.GetValue(_conflictsTo);
        if (outcome.Kind == MergeKind.Conflict && folder is not null)
            new ConflictFolder(folder).Write(session.Repository, request, outcome);
        var again = new AgainCommand(arguments, _dryRun, _conflictsTo);
        if (session.IsJson)
            session.WriteJson(MergeJson.Of(outcome, again), MigJson.Default.MergeJson);
        else
            Write(request, outcome, folder, again, session);
        return outcome.Kind == MergeKind.Conflict ? ExitCode.Conflict : ExitCode.Success;
    }

    private MergeRequest ReadRequest(ParseResult arguments, Session session)
    {
        string[] revisions = arguments.GetValue(_revision) ?? [];
        MergeChoices choices = _choices.Parse(arguments);
        MergeRequest request = arguments.GetValue(_continue) is { } folder
            ? revisions.Length == 0 ? new ConflictFolder(folder).Read(session.Repository, choices)
                : throw new UsageException("--continue knows what to merge; leave the version out")
            : revisions.Length == 1 ? new MergeRequest
            {
                Revision = revisions[0], Choices = choices,
                NoFastForward = arguments.GetValue(_noFastForward)
            }
            : throw new UsageException("name the one version to merge, as in 'mig merge BRANCH'");
        string[] message = arguments.GetValue(_message) ?? [];
        return request with
        {
            Message = message.Length > 0 ? string.Join("\n\n", message) : request.Message,
            FastForwardOnly = arguments.GetValue(_fastForwardOnly),
            DryRun = arguments.GetValue(_dryRun),
            NoVerify = arguments.GetValue(_noVerify),
        };
    }

    private static void Write(MergeRequest request, MergeOutcome outcome, string? folder, AgainCommand again, Session session)
    {
        if (outcome.Plan is { } plan)
            MergeView.WriteNotes(plan.Notes, session);
        switch (outcome.Kind)
        {
            case MergeKind.Conflict:
                MergeView.WriteConflicts(outcome.Plan!, again, session);
                session.Output.WriteLine("Automatic merge failed; nothing has changed.");
                if (folder is not null)
                    session.Output.WriteLine(
                        $"Edit the files '{SafeText.Text(folder)}/*/merged', then run 'mig merge --continue {SafeText.Text(folder)}'.");
                else
                    session.Output.WriteLine(
                        $"Take sides with '--ours PATH' and '--theirs PATH', or write all sides into a folder with '--conflicts-to DIR'.");
                break;
            case var _ when session.IsQuiet:
                break;
            case MergeKind.UpToDate:
                session.Output.WriteLine("Already up to date.");
                break;
            case MergeKind.FastForward:
                session.Output.WriteLine(
                    $"Updating {CommitView.ShortId(outcome.Before.Value)}..{CommitView.ShortId(outcome.Theirs.Value)}\n"
                    + $"Fast-forward{(request.DryRun ? " (not done)" : "")}");
                break;
            default:
                session.Output.WriteLine(request.DryRun ? "Would merge."
                    : $"Merge made by the 'mig' strategy: {CommitView.ShortId(outcome.After.Value)}");
                MergeView.WriteOperations(outcome.Plan!, session);
                break;
        }
    }
}
