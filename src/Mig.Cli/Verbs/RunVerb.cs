using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Images.Running;

namespace Mig.Cli.Verbs;

internal sealed class RunVerb : Verb
{
    public const string Summary = "Runs a command in a dormant image, and commits what it did";

    private readonly Argument<string[]> _what = new("BRANCH -- COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _message = new("--message", "-m") { HelpName = "TEXT", Description = "The message of the commit" };
    private readonly Option<bool> _net = new("--net") { Description = "Lends it this machine's network and name servers" };

    private readonly Option<string[]> _bind = new("--bind")
    {
        HelpName = "FROM:TO[:rw]",
        Description = "Lends it a file or folder of this machine at TO, below /run or /tmp",
    };

    private readonly Option<string[]> _env = new("--env") { HelpName = "NAME=VALUE", Description = "Sets a variable of its environment" };
    private readonly Option<string> _directory = new("--directory") { HelpName = "DIR", Description = "Where in the image it starts (/)" };

    private readonly Option<string[]> _without =
        new("--without") { HelpName = "DIR", Description = "Leaves out what the image mounts there" };

    private readonly Option<bool> _noReplay =
        new("--no-replay") { Description = "Runs it, even if the same command ran on the same image before" };

    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public RunVerb()
        : base("run", Summary)
    {
        Add(_message, _net, _bind, _env, _directory, _without, _noReplay, _noVerify);
        Add(_what);
    }

    public override IReadOnlyList<string> Usage => ["run BRANCH [-m TEXT] [--net] [--bind FROM:TO[:rw]] [--env NAME=VALUE] -- COMMAND…"];

    public override string Description =>
        """
        The command sees the image as its machine would, with empty /run and /tmp, and nothing of this machine: no files, devices, processes,
        and no network unless it is lent. Services do not start. When it ends with 0, what it changed is a commit on BRANCH; else the branch
        stays as it was, and mig ends with the command's exit code. Where the same command ran on the same image with the same inputs before,
        the version takes over what it made then; not with --net, :rw or input through a pipe or from a file. Needs root and bubblewrap; the kernel mounts ext4, XFS and btrfs.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig run web -- apt-get install -y --no-download nginx", "installs what the image's cache holds"),
        ("mig run web --net -- apt-get -y upgrade", "updates a machine that never started"),
        ("mig run web --bind ./debs:/run/debs -- sh -c 'dpkg -i /run/debs/*.deb'", "installs files of this machine"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_what) is not [var branch, _, ..] what)
            throw new UsageException("name a branch and a command, as in 'mig run web -- apt-get -y upgrade'");
        string[] command = what[1..];
        string line = string.Join(' ', command.Select(ShellWord.Quote));
        RunResult result = new ImageRunner(session.Repository).Run(
            new RunRequest
            {
                Branch = branch,
                Command = command,
                Message = $"{arguments.GetValue(_message) ?? "run: " + line.Split('\n')[0]}\n\nMig-Run: {line.ReplaceLineEndings(" ")}\n",
                Network = arguments.GetValue(_net),
                Binds = [.. (arguments.GetValue(_bind) ?? []).Select(ParseBind)],
                Variables = (arguments.GetValue(_env) ?? []).Select(ParseVariable).DistinctBy(pair => pair.Name)
                    .ToDictionary(pair => pair.Name, pair => pair.Value),
                WorkingFolder = arguments.GetValue(_directory) ?? "/",
                WithoutMounts = arguments.GetValue(_without) ?? [],
                HasInput = HasInput(),
                Replays = !arguments.GetValue(_noReplay),
                NoVerify = arguments.GetValue(_noVerify),
            },
            session.Cancellation);
        if (result.Replayed is { } before)
            session.Say($"replayed: {before.Value.ToShortString()} came of the same command on the same image (--no-replay runs it)");
        if (result.Commit is { Id: not null } commit)
            session.Say(CommitReport.LineOf(commit));
        else if (result.ExitCode != 0)
            session.Warn($"the command ended with {result.ExitCode}; {branch} is as it was");
        return result.ExitCode;
    }

    // A terminal is at hand in all runs alike; what a pipe or file holds is not known before it is read.
    private static bool HasInput() => Console.IsInputRedirected && new FileInfo("/proc/self/fd/0").LinkTarget != "/dev/null";

    private static RunBind ParseBind(string text) => text.Split(':') switch
    {
        [var from, var to] when from.Length > 0 => new RunBind(from, to, false),
        [var from, var to, "rw"] when from.Length > 0 => new RunBind(from, to, true),
        _ => throw new UsageException($"'{text}' does not say what to lend where; './debs:/run/debs' does"),
    };

    private static (string Name, string Value) ParseVariable(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (text[..at], text[(at + 1)..])
            : throw new UsageException($"'{text}' sets no variable; 'NAME=VALUE' does");
}
