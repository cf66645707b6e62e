using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Merging;

namespace Mig.Cli.Verbs;

internal sealed class CherryPickVerb : Verb
{
    public const string Summary = "Carries the changes of some versions to the current branch";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _origin = new("-x") { Description = "Says in the message which version it comes from" };
    private readonly Option<string> _mainline = new("--mainline", "-m") { Description = "The parent that the changes of a merge are counted from, from 1", HelpName = "N" };
    private readonly MergeArguments _choices = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Shows what would change, and changes nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public CherryPickVerb()
        : base("cherry-pick", Summary)
    {
        Add(_origin, _mainline);
        Add(_choices.Options);
        Add(_dryRun, _noVerify);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage => ["cherry-pick [-x] [-m N] [-X SIDE] [--ours PATH]... [--theirs PATH]... [--dry-run] [--json] REV..."];

    public override string Description => "Does what each version changed against the one before it, in the order given, all or none. With conflicts nothing changes, and\nthe exit code is 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig cherry-pick security", "carries over what the last version of security changed"),
        ("mig cherry-pick -x v1.1", "the same for v1.1, and says so in the message"),
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
                SaysOrigin = arguments.GetValue(_origin),
                Mainline = MergeArguments.ParseMainline(arguments.GetValue(_mainline)),
                Choices = _choices.Parse(arguments),
                DryRun = arguments.GetValue(_dryRun),
                NoVerify = arguments.GetValue(_noVerify),
            },
            session);
    }
}
