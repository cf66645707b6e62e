using System.CommandLine;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits.Deriving;

namespace Mig.Cli.Verbs.Edits;

internal sealed class DeriveVerb : Verb
{
    public const string Summary = "Makes a version for each row of a table, from one version and a template";

    private readonly Argument<string> _base = new("BASE") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _hosts =
        new("--hosts") { Description = "The table: CSV, its first line names the columns; - is standard input", HelpName = "FILE" };
    private readonly Option<string> _template =
        new("--template") { Description = "The folder of files that each version gets, {{column}} filled in", HelpName = "DIR" };
    private readonly Option<string> _branch =
        new("--branch", "-b") { Description = $"Names the branches ({DeriveRequest.DefaultBranchPattern})", HelpName = "PATTERN" };
    private readonly Option<string> _message =
        new("--message", "-m") { Description = "Says what each version is, with {column} filled in", HelpName = "MSG" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Moves branches that exist" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Says what would be made, and stores nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public DeriveVerb()
        : base("derive", Summary)
    {
        Add(_hosts, _template, _branch, _message, _force, _dryRun, _noVerify);
        Add(_base);
    }

    public override IReadOnlyList<string> Usage =>
        ["derive [--branch PATTERN] [-m MSG] [--force] [--dry-run] [--no-verify] [--json] BASE --hosts FILE --template DIR"];

    public override string Description =>
        "Each row becomes one commit on a branch of its own. The files of the template replace those that are there; they belong\n"
        + "to root and have the mode that they have in the template. {{column}} stands in their contents, names and links; \\{{\n"
        + "is for the braces themselves. Binary files are copied as they are. A file .mig-derive in the template is a list of\n"
        + "changes, as for mig apply. All versions are made, or none.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig derive v1 --hosts hosts.csv --template template", "makes hosts/NAME for each row"),
        ("mig derive main --hosts hosts.csv --template t --branch 'fleet/{site}/{name}' -m 'host {name}'", "chooses branches and messages"),
        ("mig derive main --hosts hosts.csv --template t --force", "makes all of them anew from today's main"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string revision = arguments.GetValue(_base) ?? throw Missing("the version to derive from");
        string hosts = arguments.GetValue(_hosts) ?? throw Missing("the table, with --hosts");
        string template = arguments.GetValue(_template) ?? throw Missing("the folder of files, with --template");
        string name = hosts == "-" ? "standard input" : hosts;
        bool isDryRun = arguments.GetValue(_dryRun);
        var request = new DeriveRequest
        {
            Base = revision,
            Hosts = CsvTable.Parse(ReadTable(hosts, session), name),
            HostsName = name,
            TemplateFolder = template,
            BranchPattern = arguments.GetValue(_branch) ?? DeriveRequest.DefaultBranchPattern,
            MessagePattern = arguments.GetValue(_message),
            Force = arguments.GetValue(_force),
            DryRun = isDryRun,
            NoVerify = arguments.GetValue(_noVerify),
        };
        DeriveResult result;
        using (ProgressBar? progress = session.ShowProgress())
            result = new ImageDeriver(session.Repository)
                .Derive(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        Write(result, revision, isDryRun, session);
        return ExitCode.Success;
    }

    private static void Write(DeriveResult result, string revision, bool isDryRun, Session session)
    {
        if (session.IsJson)
        {
            session.WriteJson(DeriveJson.Of(result, isDryRun), MigJson.Default.DeriveJson);
            return;
        }

        if (session.IsQuiet)
            return;
        foreach (DerivedVersion version in result.Versions)
        {
            string id = version.Id is { } made ? session.Palette.Yellow(CommitView.ShortId(made.Value)) + " " : "";
            session.Output.WriteLine(id + SafeText.Line(version.Branch.ShortName));
        }

        int count = result.Versions.Count;
        long written = result.Versions.Sum(version => (long)version.Added + version.Changed + version.Removed);
        session.Output.WriteLine(
            $"{(isDryRun ? "Would make " : "")}{Sizes.Count(count, "version")} from {SafeText.Line(revision)}, "
            + $"{Sizes.Count(written, "path")} changed");
        string stored = isDryRun ? "" : string.Create(
            CultureInfo.InvariantCulture, $", stored in {Sizes.Bytes(result.StoredBytes)}, {Sizes.Bytes(result.StoredBytes / count)} each");
        session.Output.WriteLine($" new: {Sizes.Bytes(result.NewBytes)} in {Sizes.Count(result.NewObjects, "object")}{stored}");
    }

    private static byte[] ReadTable(string path, Session session)
    {
        if (path != "-")
            return InputFile.ReadAllBytes(path);
        using Stream input = session.OpenInput();
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static UsageException Missing(string what) =>
        new($"{what} is missing; it is written as in 'mig derive v1 --hosts hosts.csv --template template'");
}
