using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Images.Browse;
using Mig.Images.Compliance;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;

namespace Mig.Cli.Verbs;

internal sealed class ComplyVerb : Verb
{
    public const string Summary = "Says which images keep which rules";

    private readonly Argument<string[]> _images = new("REV|PATTERN") { Arity = ArgumentArity.ZeroOrMore };
    private readonly BaselineArguments _baselines = new();
    private readonly Option<string?> _html = new("--html") { HelpName = "FILE", Description = "Writes the matrix as a page of its own" };

    public ComplyVerb()
        : base("comply", Summary)
    {
        Add(_baselines.All);
        Add(_html);
        Add(_images);
    }

    public override IReadOnlyList<string> Usage => [$"comply {BaselineArguments.Usage} [--html FILE] [--json] [REV|PATTERN]..."];

    public override string Description =>
        """
        Holds images against baselines ('mig help baseline' says what they look like), and prints a line for each image and a column for
        each rule: '.' where it is kept, 'x' where it is broken, '?' where not enough of the image was seen to know. A pattern such as
        'hosts/*' means branches. HEAD counts when nothing is named. Nothing of an image is run. Ends with 5 when a rule is broken, and
        with 6 when none is but one is not known.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig comply 'hosts/*'", "holds all hosts against the baselines of the repository"),
        ("mig comply --baseline web.rules main", "holds main against the rules of a file"),
        ("mig comply --html report.html 'hosts/*'", "writes a page, too"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        IReadOnlyList<Baseline> baselines = _baselines.Read(arguments, repository);
        var reader = new ComplianceReader(repository, baselines, _baselines.ReadFeeds(arguments, baselines));
        var coverage = new AnswerCoverage(repository);
        var images = new List<ImageCompliance>();
        string[] words = arguments.GetValue(_images) is { Length: > 0 } named ? named : ["HEAD"];
        foreach ((string name, CommitId? commit, ImageId image) in VersionSelection.Find(repository, words, coverage))
            coverage.Try(VersionName.Of(name), () => images.Add(reader.Read(name, commit, image, session.Cancellation)));
        if (arguments.GetValue(_html) is { } page)
            File.WriteAllText(page, CompliancePage.Write(images));
        if (session.IsJson)
            session.WriteJson(images.Select(ComplianceJson.Of), MigJson.Default.ComplianceJson, coverage);
        else if (images.Count > 0)
            new ComplianceView(session).Write(images);
        foreach (IGrouping<string, string> warning in images
            .SelectMany(image => image.Coverage.Warnings.Select(warning => (image.Name, warning))).GroupBy(item => item.warning, item =>
                item.Name))
        {
            session.Warn(images.Count == 1 ? warning.Key : $"{ComplianceView.NamesOf([.. warning])}: {warning.Key}");
        }

        int end = AnswerEnd.Say(coverage, session, !images.Exists(image => image.State == RuleState.Unknown), nothing: ExitCode.Incomplete);
        return images.Exists(image => image.State == RuleState.Broken) ? ExitCode.Findings : end;
    }
}
