using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Merging;

namespace Mig.Cli.Verbs;

internal sealed class RevertVerb : Verb
{
    public const string Summary = "Takes the changes of some versions back, with new versions";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _mainline = new("--mainline", "-m") { Description = "The parent that the changes of a merge are counted from, from 1", HelpName = "N" };
    private readonly MergeArguments _choices = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Shows what would change, and changes nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public RevertVerb()
        : base("revert", Summary)
    {
        Add(_mainline);
        Add(_choices.Options);
        Add(_dryRun, _noVerify);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage => ["revert [-m N] [-X SIDE] [--ours PATH]... [--theirs PATH]... [--dry-run] [--json] REV..."];

    public override string Description => "Undoes what each version changed against the one before it, in the order given, all or none; the history stays. With\nconflicts nothing changes, and the exit code is 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig revert HEAD", "takes back what the last version changed"),
        ("mig revert -m 1 HEAD~2", "takes a merge back, as seen from its first parent"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        if (revisions.Length == 0)
            throw new UsageException("name the versions whose changes are meant");
        return PickView.Run(
            new PickRequest
            {
                Revisions = revisions,
                Reverts = true,
                Mainline = MergeArguments.ParseMainline(arguments.GetValue(_mainline)),
                Choices = _choices.Parse(arguments),
                DryRun = arguments.GetValue(_dryRun),
                NoVerify = arguments.GetValue(_noVerify),
            },
            session);
    }
}
