using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;
using Mig.Merging;

namespace Mig.Cli.Verbs;

internal sealed class RebaseVerb : Verb
{
    public const string Summary = "Puts branches on another version, with all that they changed";

    private readonly Argument<string[]> _words = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _onto = new("--onto") { Description = "The version to put them on; without, the upstream", HelpName = "NEW" };
    private readonly MergeArguments _choices = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Shows what would happen, and moves no branch" };

    public RebaseVerb()
        : base("rebase", Summary)
    {
        Add(_onto);
        Add(_choices.Options);
        Add(_dryRun);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "rebase [--onto NEW] [-X SIDE] [--ours PATH]... [--theirs PATH]... [-n] [--json] [UPSTREAM [BRANCH]...]",
        "rebase --onto NEW PATTERN...",
    ];

    public override string Description =>
        "Makes the versions of a branch that UPSTREAM lacks anew on top of NEW, one after another, and moves the branch.\n"
        + "\"Ours\" is then what the branch is put on, \"theirs\" what it changed, as in Git. A pattern such as 'hosts/*' moves all\n"
        + "branches whose names match, side by side; each moves wholly or, with conflicts, not at all, and the exit code is 3.";

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
            Choices = _choices.Parse(arguments),
        };
        IReadOnlyList<RebasedBranch> branches;
        using (ProgressBar? progress = session.ShowProgress())
            branches = new Rebaser(session.Repository).Rebase(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(branches.Select(RebasedJson.Of), MigJson.Default.RebasedJson);
        else
            Write(branches, request.DryRun, session);
        return branches.Any(branch => branch.Conflict is not null) ? ExitCode.Conflict : ExitCode.Success;
    }

    private static void Write(IReadOnlyList<RebasedBranch> branches, bool isDryRun, Session session)
    {
        foreach (RebasedBranch branch in branches)
        {
            string name = branch.Branch?.Value ?? RefName.Head.Value;
            MergeView.WriteNotes(branches.Count == 1 ? branch.Notes : branch.Notes.Select(note => $"{branch.Branch?.ShortName ?? name}: {note}"), session);
            if (branch.Conflict is { } conflict)
            {
                MergeView.WriteConflicts(conflict.Plan, session);
                session.Output.WriteLine($"Could not apply {CommitView.ShortId(conflict.Source.Value)}... {SafeText.Text(conflict.Commit.Subject)}; {SafeText.Text(name)} is where it was.");
            }
            else if (session.IsQuiet)
            {
                continue;
            }
            else if (isDryRun)
            {
                session.Output.WriteLine($"Would rebase {SafeText.Text(name)}: {Sizes.Count(branch.Replayed, "version")}{Dropped(branch)}.");
            }
            else if (branch.Before == branch.After)
            {
                session.Output.WriteLine($"{SafeText.Text(name)} is up to date.");
            }
            else
            {
                session.Output.WriteLine($"Successfully rebased and updated {SafeText.Text(name)}: {CommitView.ShortId(branch.After.Value)}, {Sizes.Count(branch.Replayed, "version")}{Dropped(branch)}.");
            }
        }
    }

    private static string Dropped(RebasedBranch branch) => branch.Dropped > 0 ? $", {branch.Dropped} dropped, as nothing was left of them" : "";
}
