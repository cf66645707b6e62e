using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Versions.Histories;

namespace Mig.Cli.Verbs;

internal sealed class WhenVerb : Verb
{
    public const string Summary = "Shows since when, and until when, something is there";

    private readonly Argument<string> _subject = new("SUBJECT");

    public WhenVerb()
        : base("when", Summary) => Add(_subject);

    public override IReadOnlyList<string> Usage => ["when PATH | PACKAGE | SHA256"];

    public override string Description =>
        "A PATH has a slash, as in /etc/hostname, @2/vmlinuz or C:\\Windows: each content that it ever had is listed. A SHA-256\n"
        + "is looked for under all paths. All else is the name of a package, whose versions are listed. Searched are all versions\n"
        + "that branches, remote branches and tags lead to. A version brought something when it has it and no parent does.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig when /etc/ssh/sshd_config", "says which contents the file had, from which version to which, and on which branches"),
        ("mig when openssl", "says which versions of the package were installed, and when they came and went"),
        ("mig when $SHA256", "says since when a file with this content is anywhere"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string subject = arguments.GetValue(_subject)!;
        var timeline = new Timeline(session.Repository);
        IReadOnlyList<TimelineEntry> entries = Find(subject, timeline);
        if (session.IsJson)
        {
            session.WriteJson(entries.Select(TimelineJson.Of), MigJson.Default.TimelineJson, timeline.Coverage);
            return AnswerEnd.Say(timeline.Coverage, session, entries.Count > 0, nothing: ExitCode.Success);
        }

        if (entries.Count == 0 && timeline.Coverage.IsComplete)
            throw new NotFoundException($"no version of any branch or tag has {SafeText.Line(subject)}");
        for (int i = 0; i < entries.Count; i++)
        {
            if (i > 0)
                session.Output.WriteLine();
            Write(entries[i], session);
        }

        return AnswerEnd.Say(timeline.Coverage, session, entries.Count > 0);
    }

    private static IReadOnlyList<TimelineEntry> Find(string subject, Timeline timeline)
    {
        if (ObjectId.TryParse(subject, out ObjectId sha256))
            return timeline.OfContent(sha256);
        return subject.AsSpan().ContainsAny('/', '\\') ? timeline.OfPath(PathArgument.Parse("HEAD:" + subject).Path!)
            : timeline.OfPackage(subject);
    }

    private static void Write(TimelineEntry entry, Session session)
    {
        var view = new CommitView(session.Output, session.Palette);
        session.Output.WriteLine(session.Palette.Bold(SafeText.Line(entry.Value)));
        foreach (byte[] path in entry.Paths)
            session.Output.WriteLine("  at      " + SafeText.Name(path));
        foreach (WalkedCommit commit in entry.BroughtBy)
            session.Output.WriteLine("  brought " + Line(commit));
        foreach (WalkedCommit commit in entry.RemovedBy)
            session.Output.WriteLine("  removed " + Line(commit));
        session.Output.WriteLine("  last    " + Line(entry.Last));
        string branches = string.Join(", ", entry.Branches.Select(branch => branch.Branch + (branch.IsThere ? "" : " (no longer)")));
        session.Output.WriteLine($"  in      {Sizes.Count(entry.Count, "version")}{(branches.Length == 0 ? "" : $" of {branches}")}");

        string Line(WalkedCommit commit) => $"{commit.Commit.Author.Time:yyyy-MM-dd} {view.OneLine(commit.Id, commit.Commit, "")}";
    }
}
