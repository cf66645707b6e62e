using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Versions.Branches;

namespace Mig.Cli.Verbs;

internal sealed class BranchVerb : Verb
{
    public const string Summary = "Lists, makes, renames and deletes branches";

    private readonly Argument<string[]> _names = new("NAME") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _delete =
        new("--delete", "-d") { Description = "Deletes branches whose commits HEAD or the upstream has" };
    private readonly Option<bool> _deleteForced = new("-D") { Description = "Deletes branches, whatever is on them" };
    private readonly Option<bool> _move = new("--move", "-m") { Description = "Renames a branch" };
    private readonly Option<bool> _moveForced = new("-M") { Description = "Renames a branch, replacing another one" };
    private readonly Option<bool> _verbose =
        new("--verbose", "-v") { Description = "Shows the last commit of each, and how far from its upstream it is; -vv names that, too" };
    private readonly Option<bool> _list =
        new("--list", "-l") { Description = "Lists branches, those that match the patterns if some are given" };
    private readonly Option<bool> _force =
        new("--force", "-f") { Description = "Moves a branch that is there; with -d and -m as -D and -M" };
    private readonly Option<bool> _current =
        new("--show-current") { Description = "Prints the branch that HEAD is on, nothing when it is on none" };

    private readonly Option<bool> _remotes = new("--remotes", "-r") { Description = "Lists the tracking branches; with -d, deletes them" };
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Lists both" };
    private readonly Option<string> _upstream =
        new("--set-upstream-to", "-u") { Description = "Makes a branch follow another one", HelpName = "UPSTREAM" };
    private readonly Option<bool> _noUpstream = new("--unset-upstream") { Description = "Makes a branch follow nothing" };

    public BranchVerb()
        : base("branch", Summary)
    {
        Add(_list, _remotes, _all, _verbose, _current, _delete, _deleteForced, _move, _moveForced, _force, _upstream, _noUpstream);
        Add(_names);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "branch [-v | -vv] [-r | -a] [--list [PATTERN]...] [--json]",
        "branch [-f] NAME [START]",
        "branch (-m | -M) [OLD] NEW",
        "branch (-d | -D) [-r] NAME...",
        "branch (--set-upstream-to UPSTREAM | --unset-upstream) [NAME]",
        "branch --show-current",
    ];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig branch", "lists the branches; * marks the one that HEAD is on"),
        ("mig branch web v1", "makes the branch web at tag v1, without going there"),
        ("mig branch -m golden", "renames the branch that HEAD is on"),
        ("mig branch -d web", "deletes web, unless that would lose commits"),
        ("mig branch -u origin/main", "makes the current branch follow main of origin: for pull, push and status"),
        ("mig branch -v --list 'web/*'", "lists the branches whose names match"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] names = arguments.GetValue(_names) ?? [];
        bool force = arguments.GetValue(_force);
        bool deletes = arguments.GetValue(_delete) || arguments.GetValue(_deleteForced);
        bool moves = arguments.GetValue(_move) || arguments.GetValue(_moveForced);
        BranchEditor editor = session.Repository.Branches;
        if (arguments.GetValue(_current))
        {
            if (session.Repository.Refs.ReadHead().Branch is { } branch)
                session.Output.WriteLine(branch.ShortName);
            return ExitCode.Success;
        }

        if (deletes && moves)
            throw new UsageException("-d deletes, -m renames; give one of them");
        bool isRemote = arguments.GetValue(_remotes);
        if (deletes)
            return isRemote ? DeleteTracking(names, editor, session)
                : Delete(names, force || arguments.GetValue(_deleteForced), editor, session);
        if (moves)
        {
            if (names.Length is 0 or > 2)
                throw new UsageException("-m takes the new name, or the old and the new one");
            editor.Rename(names.Length == 2 ? names[0] : null, names[^1], force || arguments.GetValue(_moveForced));
            return ExitCode.Success;
        }

        if (arguments.GetValue(_upstream) is { } upstream)
            return SetUpstream(names, upstream, session);
        if (arguments.GetValue(_noUpstream))
        {
            new Upstreams(session.Repository).Unset(BranchOf(names, session));
            return ExitCode.Success;
        }

        bool showsAll = arguments.GetValue(_all);
        if (names.Length == 0 || arguments.GetValue(_list) || isRemote || showsAll || session.IsJson)
        {
            var list = new BranchList(session)
            {
                ShowsBranches = !isRemote || showsAll,
                ShowsTracking = isRemote || showsAll,
                IsVerbose = arguments.GetValue(_verbose),
                NamesUpstream = arguments.GetResult(_verbose) is { IdentifierTokenCount: > 1 },
            };
            list.Write(names);
            return ExitCode.Success;
        }

        if (names.Length > 2)
            throw new UsageException($"'{names[2]}' is one argument too many; a new branch takes a name and a revision to begin at");
        editor.Create(names[0], names.Length == 2 ? names[1] : "HEAD", force);
        if (names.Length == 2 && new Upstreams(session.Repository).Follow(RefName.Branch(names[0]), names[1]) is { } followed)
            Tell(followed, session);
        return ExitCode.Success;
    }

    internal static void Tell(UpstreamBranch upstream, Session session) =>
        session.Say($"branch '{upstream.Branch.ShortName}' set up to track '{upstream.ShortName}'.");

    private static int SetUpstream(string[] names, string upstream, Session session)
    {
        Tell(new Upstreams(session.Repository).Set(BranchOf(names, session), upstream), session);
        return ExitCode.Success;
    }

    private static string BranchOf(string[] names, Session session)
    {
        if (names.Length > 1)
            throw new UsageException($"'{names[1]}' is one argument too many; name one branch");
        return names.Length == 1 ? names[0]
            : session.Repository.Refs.ReadHead().Branch?.ShortName
                ?? throw new UsageException("HEAD is on no branch; name the branch that is meant");
    }

    private static int Delete(string[] names, bool force, BranchEditor editor, Session session)
    {
        if (names.Length == 0)
            throw new UsageException("name the branches to delete");
        foreach (string name in names)
            session.Report($"Deleted branch {name} (was {CommitView.ShortId(editor.Delete(name, force))}).");
        return ExitCode.Success;
    }

    private static int DeleteTracking(string[] names, BranchEditor editor, Session session)
    {
        if (names.Length == 0)
            throw new UsageException("name the tracking branches to delete");
        foreach (string name in names)
            session.Report($"Deleted remote-tracking branch {name} (was {CommitView.ShortId(editor.DeleteTracking(name))}).");
        return ExitCode.Success;
    }
}
