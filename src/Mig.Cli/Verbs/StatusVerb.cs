using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Live;
using Mig.Versions.Working;
using Mig.Versions.Working.Live;

namespace Mig.Cli.Verbs;

internal sealed class StatusVerb : Verb
{
    public const string Summary = "Shows what on a disk is not committed";

    private readonly Argument<string[]> _disks = new("DISK") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _against =
        new("--against") { Description = "Compares with this version instead of HEAD", HelpName = "REV" };
    private readonly Option<bool> _full = new("--full") { Description = "Reads all files, whatever their size and times say" };
    private readonly Option<string> _live = new("--live")
    {
        HelpName = "DIR | HOST[:DIR]",
        Description = "Compares a running system: a mounted root, or another machine by ssh",
    };

    private readonly Option<bool> _commit = new("--commit")
    {
        Description = "With --live: makes a version of what differs, on the "
        + "branch that is compared"
    };
    private readonly Option<bool> _partial = new("--partial")
    {
        Description = "With --commit: also when not all could be read; nothing "
        + "is removed then"
    };
    private readonly Option<string> _message = new("--message", "-m")
    {
        Description = "With --commit: says what this version is",
        HelpName = "MSG"
    };
    private readonly Option<bool> _noVerify = new("--no-verify")
    {
        Description = "With --commit: does not ask the hooks commit-msg and "
        + "pre-commit"
    };

    private readonly Option<bool> _short = new("--short", "-s") { Description = "A line for each path, as diff --name-status has them" };
    private readonly Option<bool> _porcelain = new("--porcelain") { Description = "As --short, and the same in all versions of mig" };
    private readonly Option<bool> _branch = new("--branch", "-b") { Description = "Shows the branch with --short, too" };
    private readonly Option<bool> _exitCode = new("--exit-code") { Description = "Ends with 1 when anything differs" };
    private readonly WorkingArguments _working = new();

    public StatusVerb()
        : base("status", Summary)
    {
        Add([_against, _full, _live, _commit, _partial, _message, _noVerify, _short, _porcelain, _branch, _exitCode, .. _working.Options]);
        Add(_disks);
    }

    public override IReadOnlyList<string> Usage => ["status [--against REV] [--full] [-s | --porcelain] [-b] [--exit-code] [DISK]...",
        "status --live (DIR | HOST[:DIR]) [--against REV] [--full] [--exit-code] [--json]",
        "status --live (DIR | HOST[:DIR]) --commit [-m MSG] [--partial] [--no-verify] [--against BRANCH] [--full]"];

    public override string Description =>
        "Several disks are one machine; without any, mig takes the disks that HEAD's commit was made from. A file counts as\n"
        + "unchanged, and is not read, when its size, times and place are those of the commit; status says how many bytes it did\n"
        + "not read. --full also finds what was changed behind the file system's back. Nothing is committed.\n\n"
        + "--live asks a running system for its files, with its own find and sha256sum: of a folder where its root is mounted, or of a\n"
        + "host by ssh. Files of the same size and time count as unchanged, others are hashed there. Times alone and attributes are\n"
        + "not compared. What could not be seen is named, and ends the command with 6. Where the system's records of packages differ, "
            + "it says which\n"
        + "packages do. --commit makes a version on the branch of what differs, packed by the system's own tar; times come along then.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig status disk.vmdk", "says what changed on the disk since HEAD"),
        ("mig status --full", "reads every file of the disks that HEAD was made from"),
        ("mig status --live root@web1 --against web", "says what changed on the machine web1 since the version web"),
        ("mig status -s --exit-code disk.vmdk", "lists the paths that differ, and ends with 1 when there are any"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        if (arguments.GetValue(_live) is { } place)
            return Compare(place, arguments, session);
        if (arguments.GetValue(_commit) || arguments.GetValue(_partial))
            throw new UsageException("--commit and --partial are of '--live'; 'mig commit' makes a version of disks");
        DiskStatus status;
        using (ProgressBar? progress = session.ShowProgress())
        {
            WorkingOptions options = _working.Read(arguments, !arguments.GetValue(_full), progress, repository);
            status = new StatusReader(repository)
                .Read(arguments.GetValue(_disks) ?? [], arguments.GetValue(_against) ?? "HEAD", options, session.Cancellation);
        }

        using (status)
        {
            if (status.Sides?.DisksAfter is { } disks)
                DiskWarnings.Say(session, disks.Reports);
            var view = new StatusView(session, status, arguments.GetValue(_against) ?? "HEAD");
            if (session.IsJson)
                session.WriteJson(StatusJson.Of(status), MigJson.Default.StatusJson);
            else if (arguments.GetValue(_short) || arguments.GetValue(_porcelain))
                view.WriteShort(arguments.GetValue(_branch));
            else if (!session.IsQuiet)
                view.Write();
            return status.Differs && (arguments.GetValue(_exitCode) || session.IsQuiet) ? ExitCode.Differs : ExitCode.Success;
        }
    }

    private int Compare(string place, ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_disks) is { Length: > 0 })
            throw new UsageException("--live compares a running system, and no disks");
        string against = arguments.GetValue(_against) ?? "HEAD";
        if (arguments.GetValue(_commit))
            return Commit(place, against, arguments, session);
        LiveStatus status = new LiveComparer(session.Repository)
            .Compare(place, against, arguments.GetValue(_full), session.Cancellation);
        foreach (string problem in status.Problems)
            session.Warn(SafeText.Line(problem));
        if (session.IsJson)
            session.WriteJson(LiveJson.Of(status), MigJson.Default.LiveJson);
        else if (!session.IsQuiet)
            LiveView.Write(status, session);
        return status.Problems.Count > 0 ? ExitCode.Incomplete
            : status.Changes.Count > 0 && (arguments.GetValue(_exitCode) || session.IsQuiet) ? ExitCode.Differs : ExitCode.Success;
    }

    private int Commit(string place, string branch, ParseResult arguments, Session session)
    {
        var request = new EditRequest
        {
            Branch = branch,
            Message = arguments.GetValue(_message) is { Length: > 0 } message ? message : $"as {place} is",
            NoVerify = arguments.GetValue(_noVerify),
        };
        (LiveStatus status, EditResult edit, IReadOnlyList<EditLog> logs) = new LiveCommit(session.Repository)
            .Run(place, request, arguments.GetValue(_full), arguments.GetValue(_partial), session.Cancellation);
        foreach (string unread in status.Unread)
            session.Warn(SafeText.Line(unread));
        new EditReport(session).Write(edit, [.. logs.Select(log => ("", log))], isDryRun: false);
        return status.Unread.Count > 0 ? ExitCode.Incomplete : ExitCode.Success;
    }
}
