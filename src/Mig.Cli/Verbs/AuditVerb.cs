using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Audits;
using Mig.Images.Browse;
using Mig.Machines.Audits;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;

namespace Mig.Cli.Verbs;

internal sealed class AuditVerb : Verb
{
    public const string Summary = "Finds vulnerable packages and broken rules in versions";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _feed =
        new("--feed")
        {
            Description = "A file or folder of advisories: OSV, or Debian's security tracker as JSON", HelpName = "PATH",
            Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false
        };
    private readonly Option<string?> _baseline =
        new("--baseline") { Description = "A file of rules that every version must keep", HelpName = "FILE" };
    private readonly Option<string[]> _ignore = new("--ignore")
    {
        Description = "A vulnerability that is accepted, by its id or an alias",
        HelpName = "ID", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false
    };
    private readonly Option<bool> _all = new("--all") { Description = "Audits the newest version of every branch" };
    private readonly Option<bool> _history =
        new("--history") { Description = "Looks back along the first parents: since when each is there, and which are gone" };

    public AuditVerb()
        : base("audit", Summary)
    {
        Add(_feed, _baseline, _ignore, _all, _history);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage =>
        ["audit [--feed PATH]... [--baseline FILE] [--ignore ID]... [--history] [--json] [--all | REV[:@VOLUME]...]"];

    public override string Description =>
        "Audits HEAD when nothing is named. It needs no network: a feed is a file that you have, such as one of OSV's all.zip\n"
        + "or the JSON of Debian's security tracker. Versions are compared by the rules of each package manager; advisories about\n"
        + "source packages are matched with the packages that were built from them. Ends with 5 when something was found, and\n"
        + "with 6 when nothing was but mig did not see all of the image.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig audit --feed debian.json", "looks for known vulnerabilities in HEAD"),
        ("mig audit --feed osv/ --all --history", "says which branches have which, and since when"),
        ("mig audit --baseline rules.json main", "checks main against your own rules"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] feeds = arguments.GetValue(_feed) ?? [];
        string? rules = arguments.GetValue(_baseline);
        if (feeds.Length == 0 && rules is null)
            throw new UsageException("say what to look for: --feed PATH for vulnerabilities, --baseline FILE for rules");
        VulnerabilityFeed? feed = feeds.Length == 0 ? null : new VulnerabilityFeed();
        foreach (string path in feeds)
            feed!.Add(path);
        var auditor = new Auditor(session.Repository, new AuditOptions
        {
            Feed = feed,
            Baseline = rules is null ? null : Baseline.Read(rules),
            Ignored = (arguments.GetValue(_ignore) ?? []).ToHashSet(),
            WantsHistory = arguments.GetValue(_history),
        });
        var images = new List<AuditedImage>();
        foreach (string revision in Select(arguments, session, auditor.Coverage))
            auditor.Coverage.Try(VersionName.Of(revision), () => images.Add(Audit(auditor, revision, session.Cancellation)));
        if (session.IsJson)
            session.WriteJson(images.Select(AuditJson.Of), MigJson.Default.AuditJson, auditor.Coverage);
        else
            Write(images, feed is not null, session);
        foreach (string warning in images.SelectMany(image =>
            image.Coverage.Warnings.Select(warning => images.Count == 1 ? warning : $"{image.Name}: {warning}")))
            session.Warn(warning);
        int end = AnswerEnd.Say(auditor.Coverage, session, images.TrueForAll(image => image.Coverage.IsComplete),
            nothing: ExitCode.Incomplete);
        return images.Any(image => image.HasFindings) ? ExitCode.Findings : end;
    }

    private static AuditedImage Audit(Auditor auditor, string revisionAndVolume, CancellationToken cancellation)
    {
        (string revision, PathSpec? volume) = PathArgument.Parse(revisionAndVolume);
        return volume is null or { Path.IsEmpty: true }
            ? auditor.Audit(revision, volume, cancellation)
            : throw new UsageException($"a whole machine is audited; write {revision}, or {revision}:@2 for the one on partition 2");
    }

    private IReadOnlyList<string> Select(ParseResult arguments, Session session, AnswerCoverage coverage)
    {
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        if (!arguments.GetValue(_all))
            return revisions.Length > 0 ? revisions : ["HEAD"];
        if (revisions.Length > 0)
            throw new UsageException("--all audits every branch; leave the revisions out, or --all");
        return [.. VersionTips.OfBranches(session.Repository, coverage).Select(branch => branch.Name.ShortName)];
    }

    private static void Write(List<AuditedImage> images, bool hasFeed, Session session)
    {
        var view = new AuditView(session.Output, session.Palette, hasFeed);
        foreach (AuditedImage image in images.Where(image => image.HasFindings || !session.IsQuiet))
            view.Write(image);
    }
}
