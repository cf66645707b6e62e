using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Core.Host;
using Mig.Versions.Commits;

namespace Mig.Cli.Verbs;

internal sealed class CommitVerb : Verb
{
    public const string Summary = "Records the disks of a machine as a new version";

    private const string DiscardSetting = "commit.discardFree";

    private readonly Argument<string[]> _disks = new("DISK") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _message =
        new("--message", "-m") { Description = "Says what this version is; given again, adds a paragraph", HelpName = "MSG" };
    private readonly Option<string> _file =
        new("--file", "-F") { Description = "Takes the message from a file; - is standard input", HelpName = "FILE" };
    private readonly Option<bool> _discardFree =
        new("--discard-free") { Description = $"Leaves out what the file systems hold to be free ({DiscardSetting})" };
    private readonly Option<bool> _quick =
        new("--quick") { Description = "Trusts size, times and place of files that were committed before" };
    private readonly DiskArguments _opening = new();
    private readonly Option<bool> _allowChanging =
        new("--allow-changing") { Description = "Takes disks that are in use or change while they are read, and notes it in the commit" };
    private readonly Option<string[]> _attach =
        new("--attach") { HelpName = "NAME=FILE", Description = "Keeps a file beside the disks, under a name; may be given again" };
    private readonly Option<string[]> _detach =
        new("--detach") { HelpName = "NAME", Description = "Takes away what was attached before; may be given again" };
    private readonly Option<bool> _allowEmpty = new("--allow-empty") { Description = "Makes a commit even when nothing changed" };
    private readonly Option<bool> _amend =
        new("--amend") { Description = "Puts the commit in the place of the last one; without disks, only the message changes" };
    private readonly Option<bool> _noEdit = new("--no-edit") { Description = "With --amend: keeps the message" };
    private readonly Option<bool> _noVerify = new("--no-verify", "-n") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public CommitVerb()
        : base("commit", Summary)
    {
        Add([_message, _file, _discardFree, _quick, .. _opening.All, _attach, _detach, _allowChanging, _allowEmpty, _amend, _noEdit,
            _noVerify]);
        Add(_disks);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "commit [-m MSG]... [--discard-free] [--quick] [--input-format F] [--allow-base DIR]... [--attach NAME=FILE]... "
        + "[--detach NAME]... [--allow-changing] [--allow-empty] [--no-verify] [--json] DISK...",
        "commit [-m MSG]... (--attach NAME=FILE | --detach NAME)... [--no-verify] [--json]",
        "commit --amend [-m MSG | --no-edit] [--attach NAME=FILE]... [--detach NAME]... [--no-verify] [--json] "
        + "[DISK...]",
    ];

    public override string Description =>
        "Several disks are one machine. Each is kept exactly, deleted data included: an export gives back every byte.\n"
        + "What any version of any image has already is not stored again. A file system that mig cannot look into is kept,\n"
        + "too, and a warning says why. Without -m, an editor asks for the message: MIG_EDITOR, core.editor, VISUAL, EDITOR.\n"
        + "The hook commit-msg may refuse the message, pre-commit the image. A disk that a machine is using, or that changes\n"
        + "while it is read, is refused: its parts would be from different moments. '-' is standard input, which is copied\n"
        + "into the repository's folder while it is read; ./- is a file of that name. A disk that is compressed as a whole\n"
        + "(gzip, bzip2, xz, zstd) is decompressed on its way in.\n\n"
        + "--attach keeps a file that belongs to the machine and is on none of its disks: variables of UEFI (as 'nvram'), the\n"
        + "state of a TPM, an OVF descriptor. Later versions keep it until it is replaced or detached. Without disks, those of\n"
        + "the last version stay. 'mig show' lists attachments, 'mig cat REV:@attachments/NAME' prints one.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig commit disk.vmdk -m 'golden web server'", "records the disk on the current branch"),
        ("qemu-img dd -O raw if=snap.qcow2 of=/dev/stdout | mig commit - -m nightly", "takes a disk from standard input"),
        ("mig commit system.vmdk data.vmdk -m 'database server'", "records a machine of two disks"),
        ("mig commit --discard-free disk.raw -m 'without deleted data'", "leaves free blocks out; they read as zeros later"),
        ("mig commit --attach nvram=vars.fd disk.qcow2 -m 'with its UEFI variables'", "keeps a file beside the disk"),
        ("mig commit --amend -m 'golden web server, reviewed'", "gives the last version another message"),
        ("mig commit --allow-base /srv/bases web.qcow2 -m 'web server'", "lets the disk lie over one in /srv/bases"),
        ("mig commit --input-format raw disk.vmdk -m 'as it is'", "keeps the file itself, whatever is in it"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] disks = arguments.GetValue(_disks) ?? [];
        bool isAmended = arguments.GetValue(_amend);
        List<AttachedFile> attach = [.. (arguments.GetValue(_attach) ?? []).Select(ReadAttached)];
        string[] detach = arguments.GetValue(_detach) ?? [];
        if (disks.Length == 0 && !isAmended && attach.Count + detach.Length == 0)
            throw new UsageException("name at least one disk to commit, as in 'mig commit disk.vmdk -m \"golden web server\"'");
        Repository repository = session.Repository;
        foreach (string disk in disks.Concat(attach.Select(file => file.Path)))
        {
            // Before anyone writes a message for it.
            if (disk != "-" && LibC.LookAt(disk) == FileType.Missing)
                throw new NotFoundException($"{(disks.Contains(disk) ? "disk " : "")}{disk} does not exist");
        }

        if (disks.Contains("-") && arguments.GetValue(_file) == "-")
            throw new UsageException("standard input is the disk or the message, not both; give the message with -m");
        CommitRequest request = new()
        {
            Disks = disks,
            Input = session.OpenInput,
            Message = ReadMessage(arguments, session),
            Attach = attach,
            Detach = detach,
            InputFormat = _opening.Format(arguments),
            AllowedFolders = _opening.AllowedFolders(arguments),
            DiscardFree = arguments.GetValue(_discardFree) || repository.Config.GetBoolean(DiscardSetting, whenNotSet: false),
            Quick = arguments.GetValue(_quick),
            Amend = isAmended,
            AllowChanging = arguments.GetValue(_allowChanging),
            AllowEmpty = arguments.GetValue(_allowEmpty),
            NoVerify = arguments.GetValue(_noVerify),
        };
        CommitResult result;
        using (ProgressBar? progress = session.ShowProgress())
            result = repository.Commits.Add(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        new CommitReport(session).Write(result);
        return ExitCode.Success;
    }

    private static AttachedFile ReadAttached(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 ? new AttachedFile(text[..at], text[(at + 1)..])
            : throw new UsageException($"'{text}' is not NAME=FILE; 'nvram=vars.fd' attaches the file vars.fd as nvram");
    }

    private string ReadMessage(ParseResult arguments, Session session)
    {
        string[] paragraphs = arguments.GetValue(_message) ?? [];
        string? file = arguments.GetValue(_file);
        if (paragraphs.Length > 0)
            return file is null ? string.Join("\n\n", paragraphs)
                : throw new UsageException("give the message with -m or with -F, not with both");
        string draft = arguments.GetValue(_amend) && session.Repository.Refs.ReadHead().Id is { } last
            ? session.Repository.Objects.ReadCommit(new CommitId(last)).Message : "";
        if (arguments.GetValue(_noEdit) && file is null)
            return arguments.GetValue(_amend) ? draft
                : throw new UsageException("--no-edit keeps the message of the version that --amend replaces; use them together");
        return file switch
        {
            null when draft.Length > 0 =>
                MessageEditor.Ask(session, "what this version is", "give it with -m \"MESSAGE\", or keep it with --no-edit", draft),
            null => MessageEditor.Ask(session, "what this version is", "give it with -m \"MESSAGE\" or -F FILE"),
            "-" => session.ReadInput(),
            _ => File.ReadAllText(file),
        };
    }
}
