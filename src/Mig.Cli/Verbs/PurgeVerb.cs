using System.CommandLine;
using System.Text;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Edits.Purging;
using Mig.Machines.Coverage;

namespace Mig.Cli.Verbs;

internal sealed class PurgeVerb : Verb
{
    public const string Summary = "Takes files out of all history, deleted copies included, and proves that they are gone";

    private readonly Option<string[]> _paths = new(
        "--path")
    { Description = "A file, a folder with all below it, or a pattern such as '*.pem', on any volume", HelpName = "PATH" };
    private readonly Option<string[]> _contents =
        new("--sha256") { Description = "The SHA-256 of a content, whatever its names", HelpName = "SHA256" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Says what would go, and changes nothing" };
    private readonly Option<bool> _keepOld =
        new("--keep-old") { Description = "Leaves the old versions where they are until a gc, and proves nothing" };

    public PurgeVerb()
        : base("purge", Summary) => Add(_paths, _contents, _dryRun, _keepOld);

    public override IReadOnlyList<string> Usage => ["purge (--path PATH | --sha256 SHA256)... [--dry-run] [--keep-old] [--json]"];

    public override string Description =>
        "Each version that has such a file is made anew without it. Its blocks, and deleted copies of it in free space, become\n"
        + "zeros. Commits and tags keep their authors, times and messages, and get new ids; a map in .mig/purged has old and new\n"
        + "ones. Branches, tags and tracking branches move, their reflogs are cut, and what nothing leads to any more is removed\n"
        + "at once. Then everything that is left is read. When the content still stands somewhere, mig says where and ends with\n"
        + "5; with 6, when volumes that it did not look into may hold it.\n"
        + "Clones still have the file: push with --force, and purge or clone again there.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig purge --path root/.ssh/id_ed25519", "takes a key out of all versions of all images"),
        ("mig purge -n --path 'home/*/.aws'", "says which versions have such folders"),
        ("mig purge --sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "takes out a content under all its names"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        bool isDryRun = arguments.GetValue(_dryRun);
        PurgeReport report;
        using (ProgressBar? progress = session.ShowProgress())
        {
            report = new ContentPurger(session.Repository).Run(
                new PurgeRequest
                {
                    Paths = arguments.GetValue(_paths) ?? [],
                    Contents = [.. (arguments.GetValue(_contents) ?? []).Select(Parse)],
                    DryRun = isDryRun,
                    KeepsOldVersions = arguments.GetValue(_keepOld),
                    Progress = progress ?? (IProgressSink)NoProgress.Instance,
                },
                session.Cancellation);
        }

        if (session.IsJson)
            session.WriteJson(PurgeJson.Of(report, isDryRun), MigJson.Default.PurgeJson);
        else
            Write(report, isDryRun, session);
        foreach (string place in report.Unreachable)
            session.Warn($"a copy was left in {place}: not in free space, but in the file system's own structures");
        foreach (ObjectId kept in report.KeptContents)
            session.Warn($"{kept} is still there under other names; 'mig search --all-history --sha256 {kept}' names them");
        if (report.Proof is { Blocker: { } blocker })
            session.Warn($"old packs are still there, since {blocker}; run 'mig gc --prune=now --full' when that is over");
        foreach (PurgedFile left in report.Proof?.Left ?? [])
            session.Warn(
                $"image {left.Image} still has /{SafeText.Name(left.Path.Span)}: it came while the purge was at work; purge again");
        foreach (BlobId found in report.Proof?.Found ?? [])
            session.Warn($"the content still stands in blob {found}: in an archive or another file that holds a copy");
        foreach (UnseenPart part in report.Coverage.Unseen)
            session.Warn($"not looked into: {part.Sentence}");
        foreach (ObjectId unknown in report.UnknownContents)
            session.Warn(
                $"no file has the content {unknown}: without its bytes, copies that were deleted cannot be looked for; name its path with "
                + "--path, or commit the file once and purge it");
        if (report.Proof is { Holds: false } || report.Unreachable.Count > 0)
            return ExitCode.Findings;
        return report.Coverage.IsComplete && report.UnknownContents.Count == 0 ? ExitCode.Success : ExitCode.Incomplete;
    }

    private static ObjectId Parse(string text) =>
        ObjectId.TryParse(text, out ObjectId id) ? id
            : throw new UsageException($"'{text}' is not a SHA-256; it has 64 hexadecimal digits");

    private static void Write(PurgeReport report, bool isDryRun, Session session)
    {
        if (report.Files.Count == 0)
            session.Output.WriteLine("No version has such a file.");
        foreach (IGrouping<string, PurgedFile> path in report.Files.GroupBy(file => Encoding.UTF8.GetString(file.Path.Span))
            .OrderBy(path => path.Key, StringComparer.Ordinal))
            session.Output.WriteLine(
                $"/{SafeText.Name(path.First().Path.Span)}: {(isDryRun ? "would go" : "gone")} from "
                + $"{Sizes.Count(path.Select(file => file.Image).Distinct().Count(), "image")}");
        if (report.ZeroedBytes > 0)
            session.Output.WriteLine(
                $"{Sizes.Bytes(report.ZeroedBytes)} of their blocks and of deleted copies {(isDryRun ? "would become" : "became")} zeros.");
        if (report.Map is { } map)
            session.Output.WriteLine(
                $"{Sizes.Count(report.RewrittenCommits, "commit")} written anew, {Sizes.Count(report.MovedRefs, "ref")} moved; old and "
                + $"new ids: {Path.GetRelativePath(Environment.CurrentDirectory, map)}");
        if (isDryRun && report.RewrittenCommits > 0)
            session.Output.WriteLine(
                $"{Sizes.Count(report.RewrittenCommits, "commit")} would be written anew, {Sizes.Count(report.MovedRefs, "ref")} moved.");
        if (report is { IsProved: true, Proof: { } proof })
            session.Output.WriteLine(
                $"Proved: none of it stands in the {Sizes.Bytes(proof.Bytes)} of {Sizes.Count(proof.Blobs, "content")} that are left.");
    }
}
