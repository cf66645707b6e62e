using System.CommandLine;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Images.Sessions;
using Mig.Versions.Commits;

namespace Mig.Cli.Verbs;

internal sealed class SessionVerb : Verb
{
    public const string Summary = "Begins, lists, commits and ends writable disks of versions";

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _message = new("--message", "-m") { HelpName = "TEXT", Description = "What the new version is" };
    private readonly Option<string> _life =
        new("--ttl") { HelpName = "TIME", Description = "How long it is kept, such as 90m, 12h or 7d; then 'mig gc' ends it" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public SessionVerb()
        : base("session", Summary)
    {
        Add(_message, _life, _noVerify);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "session start NAME [REV] [--ttl TIME]", "session list", "session commit NAME -m TEXT [--no-verify]", "session fork NAME NEW",
        "session discard NAME"
    ];

    public override string Description =>
        """
        A session is a version whose disks can be written, with 'mig serve --nbd PLACE --writable NAME'. What is written is kept
        beside the version, and takes no more room than the blocks that differ. What a client flushed comes back after any crash.
        commit makes the next version of its branch, and the session goes on from there. fork makes another session with the same
        content, at once. 'mig gc' keeps the version as long as there is a session on it. list prints name, version, branch, bytes
        written, use and end, with tabs between them.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig session start test main --ttl 12h", "begins one on the branch main"),
        ("mig serve --nbd unix:/run/mig.sock --writable test",
            "serves its disks for reading and writing, as nbd+unix:///test?socket=/run/mig.sock"),
        ("mig session commit test -m 'after the update'", "makes a version of main of it"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        RepositorySessions sessions = session.Repository.Sessions;
        switch (arguments.GetValue(_words))
        {
            case ["start", var name, .. var rest] when rest.Length < 2:
                TimeSpan? life = arguments.GetValue(_life) is { } time ? DurationText.Parse(time) : null;
                SessionInfo begun = sessions.Start(name, rest.Length == 0 ? "HEAD" : rest[0], life);
                string of = begun.Branch is { } branch ? $" of {branch.ShortName}" : "";
                session.Output.WriteLine($"session '{name}' begins on {begun.Base.Value.ToShortString()}{of}");
                return ExitCode.Success;
            case ["list"]:
                foreach (SessionInfo info in sessions.List())
                    session.Output.WriteLine(Describe(info));
                return ExitCode.Success;
            case ["commit", var name]:
                string message = arguments.GetValue(_message) ?? throw new UsageException("say with -m what this version is");
                CommitResult result = sessions.Commit(name, message, arguments.GetValue(_noVerify), session.Cancellation);
                session.Output.WriteLine(result.Id is { } id
                    ? $"[{result.Branch?.ShortName} {id.Value.ToShortString()}] {result.Message.Split('\n')[0]}"
                    : $"Nothing differs from {result.Branch?.ShortName}, so there is no new commit.");
                return ExitCode.Success;
            case ["fork", var name, var fork]:
                sessions.Fork(name, fork);
                session.Output.WriteLine($"session '{fork}' begins with what '{name}' holds");
                return ExitCode.Success;
            case ["discard", var name]:
                sessions.Discard(name);
                return ExitCode.Success;
            default:
                throw new UsageException("it is 'mig session start, list, commit, fork' or 'discard'; 'mig help session' explains them");
        }
    }

    // Name, version, branch, bytes, use, end: with tabs, for people and scripts alike.
    private static string Describe(SessionInfo info) => string.Join(
        '\t', info.Name, info.Base.Value.ToShortString(), info.Branch?.ShortName ?? "-",
        info.DirtyBytes.ToString(CultureInfo.InvariantCulture), info.IsInUse ? "in use" : "-",
        info.Expires?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "-");
}
