using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Versions.Merging;

namespace Mig.Cli.Verbs;

/// <summary>What cherry-pick and revert share: they do, or undo, what each of some versions changed.</summary>
internal abstract class PickVerb : Verb
{
    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _mainline =
        new("--mainline", "-m") { Description = "The parent that the changes of a merge are counted from, from 1", HelpName = "N" };
    private readonly MergeArguments _choices = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Shows what would change, and changes nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    protected PickVerb(string name, string summary, params ReadOnlySpan<Option> own)
        : base(name, summary)
    {
        Add(own);
        Add(_mainline);
        Add(_choices.Options);
        Add(_dryRun, _noVerify);
        Add(_revisions);
    }

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        if (revisions.Length == 0)
            throw new UsageException("name the versions whose changes are meant");
        var request = new PickRequest
        {
            Revisions = revisions,
            Mainline = MergeArguments.ParseMainline(arguments.GetValue(_mainline)),
            Choices = _choices.Parse(arguments),
            DryRun = arguments.GetValue(_dryRun),
            NoVerify = arguments.GetValue(_noVerify),
        };
        return PickView.Run(Complete(request, arguments), new AgainCommand(arguments, _dryRun), session);
    }

    /// <summary>Adds what the verb's own options say.</summary>
    protected abstract PickRequest Complete(PickRequest request, ParseResult arguments);
}
