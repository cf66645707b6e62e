using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Images.Export;
using Mig.Versions.Branches;

namespace Mig.Cli.Verbs;

internal sealed class CheckoutVerb : Verb
{
    public const string Summary = "Goes to another version, or writes a version out as a disk";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _export =
        new("--export", "-o")
        { Description = "Writes the disk to this file, or all disks and attachments into this folder", HelpName = "FILE" };
    private readonly Option<string> _format =
        new("--format") { Description = "Format of the file: raw, vmdk, qcow2, …; otherwise its name decides", HelpName = "F" };
    private readonly Option<string> _backing =
        new("--backing") { Description = "Writes only what differs from the disk in this file", HelpName = "BASE[:REV]" };
    private readonly DiskArguments _opening = new();
    private readonly Option<string> _disk = new("--disk") { Description = "Which disk of the machine", HelpName = "NAME" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Replaces a file that is there; with -B, a branch" };
    private readonly Option<string> _branch = new("-b") { Description = "Makes a branch there and goes to it", HelpName = "NAME" };
    private readonly Option<string> _branchForced = new("-B") { Description = "As -b, moving a branch of that name", HelpName = "NAME" };
    private readonly Option<bool> _detach = new("--detach") { Description = "Goes to the commit, not to the branch" };

    public CheckoutVerb()
        : base("checkout", Summary)
    {
        Add(_branch, _branchForced, _detach, _export, _format, _backing, _opening.AllowBase, _disk, _force);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "checkout (BRANCH | REV | -)",
        "checkout (-b | -B) NAME [REV]",
        "checkout [REV] --export FILE [--format F] [--backing BASE[:REV]] [--allow-base DIR]... [--disk NAME] [--force]",
        "checkout [REV] --export DIR/ [--format F] [--disk NAME] [--force]",
    ];

    public override string Description =>
        "Without --export, HEAD moves: to a branch, which the next commit goes to, or to any other commit, and then new\n"
        + "commits go to no branch. With --export, mig writes the disk of REV (HEAD when none is given) bit for bit, under a\n"
        + "temporary name until it is whole; an existing file is never overwritten without --force. '-' is standard output,\n"
        + "which gets a raw disk; it is whole only if the command ends with 0. ./- is a file of that name.\n\n"
        + "Into a folder, all disks are written under their names, and what is attached beside them.\n\n"
        + "With --backing, the file is a QCOW2 or VMDK that lies over BASE and holds only what differs from it. mig reads BASE\n"
        + "unless it wrote BASE itself and nobody changed it since. With :REV, BASE must be the disk of that version.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig checkout web", "goes to branch web"),
        ("mig checkout -b experiment v1", "makes branch experiment at tag v1 and goes there"),
        ("mig checkout v1 --export v1.vmdk", "writes the disk of v1 as a VMDK"),
        ("mig checkout v1 --export machine/", "writes all disks of v1, and what is attached, into the folder machine"),
        ("mig checkout web1 --export web1.qcow2 --backing base.qcow2", "writes only what differs from the disk in base.qcow2"),
        ("mig checkout v1 --export - | ssh host 'dd of=/dev/vg/web1'", "sends the disk, raw, to another program"),
        ("mig checkout HEAD~1 --export old.raw --disk data.vmdk", "writes one of several disks as it was before"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        if (revisions.Length > 1)
            throw new UsageException($"'{revisions[1]}' is one argument too many; checkout takes one revision, and a file with --export");
        string? revision = revisions.Length == 1 ? revisions[0] : null;
        if (arguments.GetValue(_export) is { } file)
            return Export(revision ?? "HEAD", file, arguments, session);
        if (arguments.GetValue(_format) is not null || arguments.GetValue(_disk) is not null || arguments.GetValue(_backing) is not null)
            throw new UsageException("--format, --backing and --disk belong to --export FILE, which is missing");
        var mover = new HeadMover(session.Repository);
        string? forced = arguments.GetValue(_branchForced);
        if ((arguments.GetValue(_branch) ?? forced) is { } branch)
        {
            return SwitchToNew(mover, branch, revision, forced is not null || arguments.GetValue(_force), session);
        }

        if (revision is null)
            throw new UsageException("say where to go: a branch, another revision, or -b NAME for a new branch");
        bool detaches = arguments.GetValue(_detach);
        try
        {
            return Finish(mover.SwitchTo(detaches ? session.Repository.Revisions.ResolveCommit(revision).ToString() : revision),
                isNew: false, session);
        }
        catch (NotFoundException) when (!detaches && new Upstreams(session.Repository).Guess(revision) is not null)
        {
            // As in Git, a branch that one remote has is meant, and made here.
            return SwitchToNew(mover, revision, new Upstreams(session.Repository).Guess(revision)!.Value, force: false, session);
        }
    }

    private static int SwitchToNew(HeadMover mover, string branch, string? start, bool force, Session session)
    {
        HeadMove move = mover.SwitchToNew(branch, start, force);
        if (start is not null && new Upstreams(session.Repository).Follow(RefName.Branch(branch), start) is { } followed)
            BranchVerb.Tell(followed, session);
        return Finish(move, isNew: true, session);
    }

    private int Export(string revision, string file, ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_branch) is not null || arguments.GetValue(_branchForced) is not null)
            throw new UsageException("-b moves HEAD and --export does not; give one of them");
        bool isStream = file == "-";
        if (isStream && session.IsOutputTerminal)
            throw new UsageException(
                "a disk is nothing for a terminal; send standard output to a program or a file, as in 'mig checkout v1 --export - | zstd "
                + "> v1.raw.zst'");
        using Stream? output = isStream ? session.OpenOutput() : null;
        var request = new ExportRequest
        {
            Revision = revision,
            Output = output,
            Path = file,
            Format = arguments.GetValue(_format),
            Disk = arguments.GetValue(_disk),
            Backing = arguments.GetValue(_backing),
            AllowedFolders = _opening.AllowedFolders(arguments),
            Overwrite = arguments.GetValue(_force),
        };
        if (!isStream && (file.EndsWith('/') || Directory.Exists(file)))
            return ExportMachine(request, session);
        ExportResult result;
        Repository repository = session.Repository;
        using (ProgressBar? progress = session.ShowProgress())
            result = new ImageExporter(repository).Export(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        string done = Describe(isStream ? "standard output" : file, result, request);
        if (isStream)
            session.Say(done);
        else
            session.Report(done);
        return ExitCode.Success;
    }

    private static int ExportMachine(ExportRequest request, Session session)
    {
        MachineExport machine;
        using (ProgressBar? progress = session.ShowProgress())
            machine = new MachineExporter(session.Repository)
                .Export(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        foreach (ExportResult disk in machine.Disks)
            session.Report(Describe(Path.Combine(request.Path, disk.Disk), disk, request));
        foreach (TreeEntry attachment in machine.Attachments)
        {
            string name = ImageAttachments.NameOf(attachment);
            session.Report($"{SafeText.Name(Path.Combine(request.Path, name))}: attachment of {request.Revision}, "
                + Sizes.Bytes(attachment.Size));
        }

        return ExitCode.Success;
    }

    private static string Describe(string place, ExportResult result, ExportRequest request) =>
        $"{SafeText.Name(place)}: {SafeText.Name(result.Disk)} of {request.Revision}, "
        + $"{Sizes.Bytes(result.Length)}, as {result.Format}{Thin(result, request)}";

    private static string Thin(ExportResult result, ExportRequest request) =>
        result.DifferingBytes is { } bytes ? $", {Sizes.Bytes(bytes)} of it differ from {SafeText.Name(request.Backing!)}" : "";

    // As in Git, the hook can change nothing any more, and the command ends as it does.
    private static int Finish(HeadMove move, bool isNew, Session session)
    {
        Tell(move, isNew, session);
        return session.Repository.Hooks.PostCheckout(move.Before.Id, move.Commit?.Value, cancellation: session.Cancellation);
    }

    private static void Tell(HeadMove move, bool isNew, Session session)
    {
        Repository repository = session.Repository;
        if (move.Before.IsDetached && move.Before.Id is { } left && !move.IsNone && left != move.Commit?.Value
            && session.Repository.Objects.GetKind(left) == ObjectKind.Commit)
        {
            if (move.LeftBehind > 0)
                session.Warn(
                    $"you are leaving {Sizes.Count(move.LeftBehind, "commit")} that no branch or tag leads to; 'mig branch NAME "
                    + $"{CommitView.ShortId(left)}' keeps {(move.LeftBehind == 1 ? "it" : "them")}");
            else
                session.Say($"Previous HEAD position was {Describe(new CommitId(left), repository)}");
        }

        if (move.Branch is { } branch)
        {
            session.Say(isNew ? $"Switched to a new branch '{branch.ShortName}'"
                : move.IsNone ? $"Already on '{branch.ShortName}'"
                : $"Switched to branch '{branch.ShortName}'");
            return;
        }

        if (!move.Before.IsDetached)
            session.Say("You are in 'detached HEAD' state: commits go to no branch; 'mig checkout -b NAME' makes one for them.");
        session.Say($"HEAD is now at {Describe(move.Commit!.Value, repository)}");
    }

    private static string Describe(CommitId id, Repository repository) =>
        $"{CommitView.ShortId(id.Value)} {SafeText.Line(repository.Objects.ReadCommit(id).Subject)}";
}
