using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Verification;
using Mig.Machines.Verification;

namespace Mig.Cli.Verbs;

internal sealed class VerifyPackagesVerb : Verb
{
    public const string Summary = "Finds files that are not as their packages left them";

    private readonly Argument<string> _revision = new("REV") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _extra =
        new("--extra") { Description = "Lists files that no package has, too, where packages are expected" };

    public VerifyPackagesVerb()
        : base("verify-packages", Summary)
    {
        Add(_extra);
        Add(_revision);
    }

    public override IReadOnlyList<string> Usage => ["verify-packages [--extra] [--json] [REV[:@VOLUME]]"];

    public override string Description =>
        "Compares contents with the checksums that dpkg, rpm or apk recorded, and permissions and targets of links where these\n"
        + "are recorded. A 'c' marks configuration, which people change. Ends with 5 when something differs, and with 6 when\n"
        + "nothing does but mig did not see all of the image.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig verify-packages", "checks the machine of HEAD"),
        ("mig verify-packages v1 --extra", "adds files in /usr, /etc and the like that came from nowhere"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        (string revision, PathSpec? path) = PathArgument.Parse(arguments.GetValue(_revision) ?? "HEAD");
        if (path is { Path.IsEmpty: false })
            throw new UsageException($"a whole machine is verified; write {revision}, or {revision}:@2 for the one on partition 2");
        VerificationReport report = new PackageVerifier(repository).Verify(
            repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path, revision, arguments.GetValue(_extra),
                session.Cancellation);
        if (session.IsJson)
            session.WriteJson(VerificationJson.Of(report), MigJson.Default.VerificationJson);
        else
            Write(report, session);
        foreach (string warning in report.Coverage.Warnings)
            session.Warn(warning);
        return report.Findings.Count > 0 ? ExitCode.Findings : report.Coverage.IsComplete ? ExitCode.Success : ExitCode.Incomplete;
    }

    private static void Write(VerificationReport report, Session session)
    {
        foreach (FileFinding finding in report.Findings)
        {
            string word = FindingJson.Word(finding.Kind).PadRight(7), package = finding.Package.Length > 0
                ? $" ({SafeText.Line(finding.Package)})" : "";
            string painted = finding.Kind == FindingKind.Missing ? session.Palette.Red(word) : session.Palette.Yellow(word);
            string detail = finding.Kind == FindingKind.Mode ? $" {finding.Expected} -> {finding.Actual}" : "";
            session.Output.WriteLine(
                $"{painted} {(finding.IsConfiguration ? 'c' : ' ')} {SafeText.Name("/" + finding.Path)}{package}{detail}");
        }

        if (!session.IsQuiet)
            session.Output.WriteLine(
                $"{Sizes.Count(report.Files, "file")} compared, "
                + $"{(report.Findings.Count == 0 ? "none differs" : $"{Sizes.Count(report.Findings.Count, "finding")}")}");
    }
}
