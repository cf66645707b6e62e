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

    public MountVerb()
        : base("mount", Summary)
    {
        Add(_history, _block);
        Add(_what);
    }

    public override IReadOnlyList<string> Usage => ["mount REV[:PATH] DIR", "mount --block REV DIR", "mount --history DIR"];

    public override string Description =>
        """
        The files appear in DIR, read-only, with owners, modes, times, links and extended attributes; each is fetched and verified when it is
        read. mig stays until Ctrl-C, a signal, or 'umount DIR' ('fusermount3 -u DIR'). Needs libfuse3 (package fuse3), and no root: then this
        user alone sees the files, and may read all of them. Root shows them to all, by their owners and modes.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig mount HEAD /mnt", "shows the files of the current version"),
        ("mig mount v1:/var/log logs", "shows one directory of a version"),
        ("mig mount --history versions", "lets 'diff -r versions/tags/v1 versions/branches/main' compare"),
        ("mig mount --block HEAD disks",
            "lets other tools read the disks, as in 'qemu-img convert -f raw disks/disk.raw -O vhdx disk.vhdx'"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] what = arguments.GetValue(_what) ?? [];
        bool isHistory = arguments.GetValue(_history), isBlock = arguments.GetValue(_block);
        if (isHistory && isBlock)
            throw new UsageException("give --history or --block, not both");
        if (what.Length != (isHistory ? 1 : 2))
            throw new UsageException(isHistory
                ? "name the folder alone, as in 'mig mount --history versions'"
                : "name a version and a folder, as in 'mig mount HEAD /mnt'");
        CancellationToken cancellation = session.Cancellation;
        var mounter = new ImageMounter(session.Repository);
        string folder = what[^1];
        using ImageMount mount = isHistory ? mounter.MountHistory(folder)
            : isBlock ? mounter.MountDisks(what[0], folder)
            : mounter.MountVersion(what[0], folder);
        session.Report($"{(isHistory ? "All versions are" : $"{what[0]} is")} at {folder} until Ctrl-C, or 'umount {folder}'");
        session.Output.Flush();
        mount.Wait(cancellation);
        return ExitCode.Success;
    }
}
