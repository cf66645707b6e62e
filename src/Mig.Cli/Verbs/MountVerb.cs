using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Images.Mounts;

namespace Mig.Cli.Verbs;

internal sealed class MountVerb : Verb
{
    public const string Summary = "Shows a version as a folder, without unpacking it";

    private readonly Argument<string[]> _what = new("REV[:PATH] DIR") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _history = new("--history") { Description = "Shows all versions: branches/, tags/, commits/" };
    private readonly Option<bool> _block = new("--block") { Description = "Shows the disks of the version, each as one file" };

    private readonly Option<string> _session =
        new("--session") { HelpName = "NAME", Description = "With --block: the disks of a session, to be written" };

    public MountVerb()
        : base("mount", Summary)
    {
        Add(_history, _block, _session);
        Add(_what);
    }

    public override IReadOnlyList<string> Usage =>
        ["mount REV[:PATH] DIR", "mount --block REV DIR", "mount --block --session NAME DIR",
        "mount --history DIR"];

    public override string Description =>
        """
        The files appear in DIR, read-only, with owners, modes, times, links and extended attributes; each is fetched and verified when it is
        read. mig stays until Ctrl-C, a signal, or 'umount DIR' ('fusermount3 -u DIR'). Needs libfuse3 (package fuse3), and no root: then this
        user alone sees the files, and may read all of them. Root shows them to all, by their owners and modes.
        The disks of a session can be written, by 'losetup', 'mount', QEMU and all else that writes to files. mig holds the session until it
        ends; then 'mig session diff' and 'mig session commit' have what was written. While something lies on a disk, mig does not end:
        unmount it first. What was flushed is there even when mig is killed.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig mount HEAD /mnt", "shows the files of the current version"),
        ("mig mount v1:/var/log logs", "shows one directory of a version"),
        ("mig mount --history versions", "lets 'diff -r versions/tags/v1 versions/branches/main' compare"),
        ("mig mount --block HEAD disks",
            "lets other tools read the disks, as in 'qemu-img convert -f raw disks/disk.raw -O vhdx disk.vhdx'"),
        ("mig mount --block --session test disks", "lets 'mount -o loop disks/disk.raw /mnt' write to the session"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] what = arguments.GetValue(_what) ?? [];
        bool isHistory = arguments.GetValue(_history), isBlock = arguments.GetValue(_block);
        string? name = arguments.GetValue(_session);
        if (isHistory && isBlock)
            throw new UsageException("give --history or --block, not both");
        if (name is not null && !isBlock)
            throw new UsageException("--session shows disks; write 'mig mount --block --session NAME DIR'");
        if (what.Length != (isHistory || name is not null ? 1 : 2))
            throw new UsageException(isHistory ? "name the folder alone, as in 'mig mount --history versions'"
                : name is not null ? $"name the folder alone, as in 'mig mount --block --session {name} disks'"
                : "name a version and a folder, as in 'mig mount HEAD /mnt'");
        CancellationToken cancellation = session.Cancellation;
        var mounter = new ImageMounter(session.Repository);
        string folder = what[^1];
        using ImageMount mount = isHistory ? mounter.MountHistory(folder)
            : name is not null ? mounter.MountSession(name, folder)
            : isBlock ? mounter.MountDisks(what[0], folder)
            : mounter.MountVersion(what[0], folder);
        string shown = isHistory ? "All versions are" : name is not null ? $"session '{name}' is" : $"{what[0]} is";
        session.Report($"{shown} at {folder} until Ctrl-C, or 'umount {folder}'");
        session.Output.Flush();
        using (cancellation.Register(() =>
        {
            if (name is not null && mount.IsInUse)
                session.Warn($"a disk of session '{name}' is in use; mig ends when it is not any more, so unmount what lies on it");
        }))
            mount.Wait(cancellation);
        return ExitCode.Success;
    }
}
