using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Sessions;
using Mig.Machines.Coverage;
using Mig.Versions.Commits;
using Mig.Versions.Working;

namespace Mig.Cli.Verbs;

internal sealed class SessionVerb : Verb
{
    public const string Summary = "Begins, shows, commits and ends writable disks of versions";

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _message = new("--message", "-m") { HelpName = "TEXT", Description = "What the new version is" };
    private readonly Option<string> _life =
        new("--ttl") { HelpName = "TIME", Description = "How long it is kept, such as 90m, 12h or 7d; then 'mig gc' ends it" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };
    private readonly Option<bool> _seal =
        new("--seal") { Description = "Takes keys, ids, saved random numbers and the like out of the fork, as 'mig seal' does" };
    private readonly DiffView _diff = new();

    public SessionVerb()
        : base("session", Summary)
    {
        Add([_message, _life, _noVerify, _seal, .. _diff.Options, _diff.ExitCodeOption]);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "session start NAME [REV] [--ttl TIME] [--json]",
        "session list [--json]",
        "session show NAME [--json]",
        "session diff [--name-status | --stat | -p] [--packages] [--disk] [--exit-code] [--json] NAME [-- PATH...]",
        "session commit NAME -m TEXT [--no-verify] [--json]",
        "session restore NAME PATH...",
        "session fork NAME NEW [--seal] [--json]",
        "session discard NAME",
    ];

    public override string Description =>
        """
        A session is a version whose disks can be written, with 'mig serve --nbd PLACE --writable NAME'. What is written is kept
        beside the version, and takes no more room than the blocks that differ. What a client flushed comes back after any crash.
        commit makes the next version of its branch, and the session goes on from there; it reads what was written, not the disk.
        diff shows what differs from the version below, as 'mig diff' does; restore takes files back to it. fork makes another
        session with the same content, at once; with --seal it is another machine. 'mig gc' keeps the version as long as there
        is a session on it. list prints name, version, branch, bytes written, use and end, with tabs between them. Whoever serves
        a session holds it: until then it is listed and shown, and nothing else.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig session start test main --ttl 12h", "begins one on the branch main"),
        ("mig serve --nbd unix:/run/mig.sock --writable test",
            "serves its disks for reading and writing, as nbd+unix:///test?socket=/run/mig.sock"),
        ("mig session diff test", "says which files differ from main"),
        ("mig session restore test /etc", "takes back what was changed below /etc"),
        ("mig session commit test -m 'after the update'", "makes a version of main of it"),
        ("mig session fork test other --seal", "makes a second machine, with keys and ids of its own to come"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        RepositorySessions sessions = session.Repository.Sessions;
        (string[] words, List<PathSpec> paths) = PathLimitArguments.Split(arguments, arguments.GetValue(_words) ?? []);
        switch (words)
        {
            case ["start", var name, .. var rest] when rest.Length < 2 && paths.Count == 0:
                TimeSpan? life = arguments.GetValue(_life) is { } time ? DurationText.Parse(time) : null;
                SessionInfo begun = sessions.Start(name, rest.Length == 0 ? "HEAD" : rest[0], life);
                string of = begun.Branch is { } branch ? $" of {branch.ShortName}" : "";
                return Say(begun, $"session '{name}' begins on {begun.Base.Value.ToShortString()}{of}", session);
            case ["list"] when paths.Count == 0:
                List(sessions, session);
                return ExitCode.Success;
            case ["show", var name] when paths.Count == 0:
                SessionInfo info = sessions.Find(name);
                if (session.IsJson)
                    session.WriteJson(SessionJson.Of(info), MigJson.Default.SessionJson);
                else
                    SessionView.Write(info, session.Context.Clock.GetUtcNow(), session.Output);
                return ExitCode.Success;
            case ["diff", var name]:
                return _diff.Run(arguments, () => Open(sessions, name, session), paths, session);
            case ["commit", var name] when paths.Count == 0:
                string message = arguments.GetValue(_message) ?? throw new UsageException("say with -m what this version is");
                Write(sessions.Commit(name, message, arguments.GetValue(_noVerify), session.Cancellation), session);
                return ExitCode.Success;
            case ["restore", var name, .. var rest]:
                Restore(sessions, name, [.. rest.Select(path => PathArgument.Parse("HEAD:" + path).Path!), .. paths], session);
                return ExitCode.Success;
            case ["fork", var name, var fork] when paths.Count == 0:
                return Fork(sessions, name, fork, arguments.GetValue(_seal), session);
            case ["discard", var name] when paths.Count == 0:
                sessions.Discard(name);
                return ExitCode.Success;
            default:
                throw new UsageException(
                    "it is 'mig session start, list, show, diff, commit, restore, fork' or 'discard'; 'mig help session' explains them");
        }
    }

    private static int Say(SessionInfo info, string sentence, Session session)
    {
        if (session.IsJson)
            session.WriteJson(SessionJson.Of(info), MigJson.Default.SessionJson);
        else
            session.Output.WriteLine(sentence);
        return ExitCode.Success;
    }

    private static void List(RepositorySessions sessions, Session session)
    {
        IReadOnlyList<SessionInfo> all = sessions.List();
        if (session.IsJson)
            session.WriteJson(all.Select(SessionJson.Of), MigJson.Default.SessionJson);
        foreach (SessionInfo info in session.IsJson ? [] : all)
            session.Output.WriteLine(SessionView.ToLine(info));
    }

    private static ComparedSides Open(RepositorySessions sessions, string name, Session session)
    {
        ComparedSides sides = sessions.Compare(name, session.Cancellation);
        DiskWarnings.Say(session, sides.DisksAfter!.Reports);
        return sides;
    }

    private static void Write(CommitResult result, Session session)
    {
        if (session.IsJson)
            session.WriteJson(CommitResultJson.Of(result), MigJson.Default.CommitResultJson);
        else
            session.Output.WriteLine(CommitReport.LineOf(result));
    }

    private static void Restore(RepositorySessions sessions, string name, IReadOnlyList<PathSpec> paths, Session session)
    {
        IReadOnlyList<string> restored = sessions.Restore(name, paths, session.Cancellation);
        foreach (string path in restored)
            session.Output.WriteLine(SafeText.Name(path));
        if (restored.Count == 0)
            session.Say("nothing there differs from the version below");
    }

    private static int Fork(RepositorySessions sessions, string name, string fork, bool isSealed, Session session)
    {
        if (!isSealed)
            return Say(sessions.Fork(name, fork), $"session '{fork}' begins with what '{name}' holds", session);
        SealedFork made = sessions.ForkSealed(name, fork, session.Cancellation);
        Say(made.Session, $"session '{fork}' begins with what '{name}' holds, sealed: "
            + $"{Sizes.Count(made.Paths.Sum(path => path.Files), "file")} of it went", session);
        foreach (UnseenPart part in made.Coverage.Unseen)
            session.Warn($"not sealed: {part.Sentence}");
        return made.Coverage.IsComplete ? ExitCode.Success : ExitCode.Incomplete;
    }
}
