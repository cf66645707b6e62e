using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;
using Mig.Versions.Merging;

namespace Mig.Cli.Verbs;

internal sealed class RebaseVerb : Verb
{
    public const string Summary = "Puts branches on another version, with all that they changed";

    private const int MaxNamed = 5;

    private readonly Argument<string[]> _words = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _onto =
        new("--onto") { Description = "The version to put them on; without, the upstream", HelpName = "NEW" };
    private readonly MergeArguments _choices = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Shows what would happen, and moves no branch" };

    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hook pre-commit" };

    public RebaseVerb()
        : base("rebase", Summary)
    {
        Add(_onto);
        Add(_choices.Options);
        Add(_dryRun);
        Add(_noVerify);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "rebase [--onto NEW] [-X SIDE] [--ours PATH]... [--theirs PATH]... [-n] [--no-verify] [--json] [UPSTREAM [BRANCH]...]",
        "rebase --onto NEW PATTERN...",
    ];

    public override string Description =>
        "Repeats the versions of a branch that UPSTREAM lacks on top of NEW, one after another, and moves the branch. As in\n"
        + "Git, \"ours\" is then what the branch is put on, and \"theirs\" what the branch changed. A pattern such as 'hosts/*' moves\n"
        + "all branches whose names match. Each branch moves wholly or, with conflicts, not at all, and the exit code is 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig rebase main", "puts the current branch on main"),
        ("mig rebase --onto base/v2 'hosts/*'", "carries a patched base into every image derived from it"),
        ("mig rebase --onto base/v2 base/v1 web", "carries what web changed since base/v1 to base/v2"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        string? onto = arguments.GetValue(_onto);
        bool hasUpstream = words.Length > 0 && !Rebaser.IsPattern(words[0]);
        if (!hasUpstream && words.Length > 0 && onto is null)
            throw new UsageException("say what to put the branches on, as in \"mig rebase --onto base/v2 'hosts/*'\"");
        var request = new RebaseRequest
        {
            Onto = onto,
            Upstream = hasUpstream ? words[0] : null,
            Branches = hasUpstream ? words[1..] : words,
            DryRun = arguments.GetValue(_dryRun),
            NoVerify = arguments.GetValue(_noVerify),
            Announce = session.IsJson || session.IsQuiet ? null : plans => Announce(
                plans, onto ?? (hasUpstream ? words[0] : "its upstream"), hasUpstream && onto is not null ? words[0] : null, session),
            Choices = _choices.Parse(arguments),
        };
        var again = new AgainCommand(arguments, _dryRun);
        IReadOnlyList<RebasedBranch> branches;
        using (ProgressBar? progress = session.ShowProgress())
            branches = new Rebaser(session.Repository)
                .Rebase(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(branches.Select(branch => RebasedJson.Of(branch, again)), MigJson.Default.RebasedJson);
        else
            Write(branches, request.DryRun, again, session);
        return branches.Any(branch => branch.Conflict is not null) ? ExitCode.Conflict : ExitCode.Success;
    }

    // Without a pattern the one REV is what is left behind, as in Git, and the current branch moves: nobody is to find that out afterwards.
    private static void Announce(IReadOnlyList<RebasePlan> plans, string onto, string? upstream, Session session)
    {
        string names = string.Join(", ", plans.Take(MaxNamed).Select(plan => plan.Branch?.ShortName ?? RefName.Head.Value))
            + (plans.Count > MaxNamed ? $" and {plans.Count - MaxNamed} more" : "");
        string versions = Sizes.Count(plans.Sum(plan => plan.Versions), "version"), since = upstream is null ? ""
            : $" that {SafeText.Line(upstream)} lacks";
        session.Output.WriteLine($"Rebasing {SafeText.Line(names)} onto {SafeText.Line(onto)}: {versions}{since}.");
        session.Output.Flush();
        if (upstream is not null && session.Repository.Revisions.ResolveRef(upstream) is { IsBranch: true } named
            && plans.All(plan => plan.Branch != named))
            session.Say($"hint: '{upstream}' is what is left behind, and does not move; 'mig rebase --onto {onto} {onto} {upstream}' "
                + "moves it");
    }

    private static void Write(IReadOnlyList<RebasedBranch> branches, bool isDryRun, AgainCommand again, Session session)
    {
        foreach (RebasedBranch branch in branches)
        {
            string name = branch.Branch?.Value ?? RefName.Head.Value;
            MergeView.WriteNotes(branches.Count == 1 ? branch.Notes
                : branch.Notes.Select(note => $"{branch.Branch?.ShortName ?? name}: {note}"), session);
            if (branch.Conflict is { } conflict)
            {
                MergeView.WriteConflicts(conflict.Plan, again, session);
                session.Output.WriteLine(
                    $"Could not apply {CommitView.ShortId(conflict.Source.Value)}... {SafeText.Text(conflict.Commit.Subject)}; "
                    + $"{SafeText.Text(name)} is where it was.");
            }
            else if (session.IsQuiet)
            {
                continue;
            }
            else if (isDryRun)
            {
                session.Output.WriteLine(
                    $"Would rebase {SafeText.Text(name)}: {Sizes.Count(branch.Replayed, "version")}{Dropped(branch)}.");
            }
            else if (branch.Before == branch.After)
            {
                session.Output.WriteLine($"{SafeText.Text(name)} is up to date.");
            }
            else
            {
                session.Output.WriteLine(
                    $"Successfully rebased and updated {SafeText.Text(name)}: {CommitView.ShortId(branch.After.Value)}, "
                    + $"{Sizes.Count(branch.Replayed, "version")}{Dropped(branch)}.");
            }
        }
    }

    private static string Dropped(RebasedBranch branch) =>
        branch.Dropped > 0 ? $", {branch.Dropped} dropped, as nothing was left of them" : "";
}
