using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Git;

namespace Mig.Cli.Verbs;

internal sealed class GitVerb : Verb
{
    public const string Summary = "Publishes versions in a Git repository, and takes reviews and edits back";

    /// <summary>What the first argument can be.</summary>
    public static readonly string[] Commands = ["export", "import"];

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _branch = new("--branch", "-b")
    {
        Description = "export: this branch alone, with the tags on it; may be given again", HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string[]> _contents = new("--with-contents")
    {
        Description = "The contents of these files, too: a path, or a pattern with * and ?", HelpName = "GLOB",
        Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<bool> _noMask = new("--no-mask") { Description = "Publishes secrets as they are" };
    private readonly Option<bool> _force = new("--force", "-f")
    {
        Description = "export: replaces branches and tags there that are not what was published",
    };


    private readonly Option<bool> _noVerify = new("--no-verify")
    {
        Description =
        "import: does not ask the hooks commit-msg and pre-commit"
    };

    public GitVerb()
        : base("git", Summary)
    {
        Add(_branch, _contents);
        Add(_noMask, _force, _noVerify);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "git export [--branch NAME]... [--with-contents GLOB]... [--no-mask] [-f] DIR|URL",
        "git import [--branch NAME]... [--no-verify] DIR",
    ];

    public override string Description =>
        "export makes each version of all branches and tags a commit of a Git repository, which is made when it is missing: a summary,\n"
        + "tables of packages, accounts, units and of the files that give rights, the disks, a table for each directory, and the text\n"
        + "of /etc. Only what is new is written; the same versions make the same ids of Git. Secrets are masked: hashes of passwords,\n"
        + "private keys, machine ids and more (docs/guide/git.md).\n"
        + "import takes back what people did there: edits of the text of /etc become a version on the branch of that name, with the\n"
        + "author that they have in Git; tags and notes on published versions become tags.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig git export ../review.git", "publishes all versions; 'git -C ../review.git log -p' then shows what changed"),
        ("mig git export git@host:team/images.git", "publishes to a host, over ssh"),
        ("mig git export --branch main --with-contents '/usr/lib/systemd/*' ../review.git", "one branch, with the text of its units"),
        ("mig git import ../review.git", "takes in approvals, and edits of /etc that were merged there"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        return words switch
        {
            ["export", var target] => Export(target, arguments, session),
            ["import", var source] => Import(source, arguments, session),
            ["import"] => throw new UsageException("say where from: mig git import DIR"),
            ["export"] => throw new UsageException("say where to: mig git export DIR, or an address as https://host/path"),
            _ => throw new UsageException($"'mig git {string.Join(' ', words)}' is not what git takes; 'mig help git' shows what is"),
        };
    }

    private int Export(string target, ParseResult arguments, Session session)
    {
        var options = new GitExportOptions
        {
            Branches = arguments.GetValue(_branch) ?? [],
            Contents = arguments.GetValue(_contents) ?? [],
            IsMasked = !arguments.GetValue(_noMask),
            Force = arguments.GetValue(_force),
        };
        if (!options.IsMasked)
            session.Warn("secrets are not masked: hashes of passwords, private keys and all else in the files are published as they are");
        var exporter = new GitExporter(session.Repository, options);
        GitExportReport report = GitExporter.IsAddress(target)
            ? exporter.Push(target, session.Cancellation)
            : exporter.ExportTo(target, session.Cancellation);
        foreach (string warning in report.Warnings)
            session.Warn(warning);
        session.Report(report.NewVersions == 0 ? "All versions were there."
            : $"{Sizes.Count(report.NewVersions, "version")} published.");
        foreach (GitRefChange change in report.Changes)
            session.Report($" {(change.IsForced ? "+" : change.Before is null ? "*" : " ")} {SafeText.Line(change.Name)} -> "
                + $"{change.After.Short}{(change.Before is { } before ? $" (was {before.Short})" : "")}");
        return ExitCode.Success;
    }

    private int Import(string source, ParseResult arguments, Session session)
    {
        var options = new GitImportOptions
        {
            Branches = arguments.GetValue(_branch) ?? [],
            Export = new GitExportOptions { Contents = arguments.GetValue(_contents) ?? [], IsMasked = !arguments.GetValue(_noMask) },
            NoVerify = arguments.GetValue(_noVerify),
        };
        GitImportReport report = new GitImporter(session.Repository, options).ImportFrom(source, session.Cancellation);
        foreach (string warning in report.Warnings)
            session.Warn(warning);
        foreach (ImportedEdit edit in report.Edits)
        {
            session.Report($"[{SafeText.Line(edit.Branch)} {edit.Commit.ToString()[..10]}] {SafeText.Line(edit.Subject)} ("
                + $"{Sizes.Count(edit.Files, "file")}, from {edit.Source.Short})");
        }

        foreach (ImportedTag tag in report.Tags)
            session.Report($"tag {SafeText.Line(tag.Name)} on {tag.Version.ToString()[..10]}");
        if (report.Edits.Count == 0 && report.Tags.Count == 0)
            session.Report("Nothing new was found.");
        return ExitCode.Success;
    }
}
