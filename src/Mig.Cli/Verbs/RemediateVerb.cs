using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits.Remediation;
using Mig.History.Refs;
using Mig.Machines.Baselines;

namespace Mig.Cli.Verbs;

internal sealed class RemediateVerb : Verb
{
    public const string Summary = "Makes images keep rules, all in one step";

    private readonly Argument<string[]> _branches = new("BRANCH|PATTERN") { Arity = ArgumentArity.ZeroOrMore };
    private readonly BaselineArguments _baselines = new();
    private readonly Option<string?> _source =
        new("--source") { HelpName = "DIR", Description = "A folder of this machine with packages" };

    private readonly Option<bool> _native = new("--native")
    {
        Description = "Does only what mig does itself, and runs nothing of an "
        + "image"
    };
    private readonly Option<string?> _message = new("--message", "-m") { HelpName = "MSG", Description = "Says what changes" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Says what would be done" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };
    private readonly Option<bool> _undo = new("--undo")
    {
        Description = "Moves all branches of a step back, the latest when none is "
        + "named"
    };

    public RemediateVerb()
        : base("remediate", Summary)
    {
        Add(_baselines.All);
        Add(_source, _native, _message, _dryRun, _noVerify, _undo);
        Add(_branches);
    }

    public override IReadOnlyList<string> Usage =>
    [
        $"remediate {BaselineArguments.Usage} [--source DIR] [--native] [-m MSG] [-n] [--no-verify] [--json] (BRANCH|PATTERN)...",
        "remediate --undo [STEP]",
    ];

    public override string Description =>
        """
        For each rule that 'mig comply' finds broken: packages are installed or upgraded from a folder (--source), or removed; files are
        removed, or get their mode or owner; services are switched off. mig does itself what it can, as 'mig install' does; dpkg of the
        image does the rest. Other rules are named, with the reason. Each new image is held against the rules and the records of its
        packages again; one that is not as it should be leaves its branches as they were. Then all branches move at once, and --undo moves
        them back at once.
        Ends with 5 when a rule stays broken or an image was put back, and with 6 when none is but one is not known.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig remediate -n --source ./debs 'hosts/*'", "says what would be done to each host"),
        ("mig remediate --source ./debs 'hosts/*'", "does it"),
        ("mig remediate --undo", "takes all of that back"),
    ];

    public override CompletionKind Completes => CompletionKind.Branches;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_branches) ?? [];
        if (arguments.GetValue(_undo))
            return Undo(words, session);
        if (words.Length == 0)
            throw new UsageException("name branches, as in \"mig remediate 'hosts/*'\"");
        IReadOnlyList<Baseline> baselines = _baselines.Read(arguments, session.Repository);
        var request = new RemediationRequest
        {
            Branches = words,
            Baselines = baselines,
            Feeds = _baselines.ReadFeeds(arguments, baselines),
            Source = arguments.GetValue(_source),
            IsNative = arguments.GetValue(_native),
            Message = arguments.GetValue(_message),
            DryRun = arguments.GetValue(_dryRun),
            NoVerify = arguments.GetValue(_noVerify),
        };
        RemediationResult result;
        using (ProgressBar? progress = session.ShowProgress())
            result = new Remediator(session.Repository).Run(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(result.Images.Select(image => RemediatedJson.Of(image, result.Step, request.DryRun)),
                MigJson.Default.RemediatedJson);
        else
            new RemediationView(session).Write(result, request.DryRun);
        return result.Images.Any(image => image.Failure is not null || image.Open.Any(open => open.Result.Answer.State == RuleState.Broken))
            ? ExitCode.Findings
            : result.Images.Any(image => image.Open.Count > 0) ? ExitCode.Incomplete : ExitCode.Success;
    }

    private static int Undo(string[] words, Session session)
    {
        if (words.Length > 1)
            throw new UsageException($"'{words[1]}' is one argument too many; --undo takes a step, and moves all of its branches");
        (string step, IReadOnlyList<(RefName Branch, CommitId Now)> branches) =
            new RemediationUndo(session.Repository).Run(words.FirstOrDefault());
        foreach ((RefName branch, CommitId now) in branches)
            session.Report($"{SafeText.Line(branch.ShortName)} is at {CommitView.ShortId(now.Value)} again");
        session.Say($"step {step} is undone: {Sizes.Count(branches.Count, "branch", "branches")}");
        return ExitCode.Success;
    }
}
