using System.CommandLine;
using System.IO.Enumeration;
using Mig.Branches;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;

namespace Mig.Cli.Verbs;

internal sealed class BranchVerb : Verb
{
    public const string Summary = "Lists, makes, renames and deletes branches";

    private readonly Argument<string[]> _names = new("NAME") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _delete = new("--delete", "-d") { Description = "Deletes branches whose commits HEAD or the upstream has" };
    private readonly Option<bool> _deleteForced = new("-D") { Description = "Deletes branches, whatever is on them" };
    private readonly Option<bool> _move = new("--move", "-m") { Description = "Renames a branch" };
    private readonly Option<bool> _moveForced = new("-M") { Description = "Renames a branch, replacing another one" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Shows the last commit of each" };
    private readonly Option<bool> _list = new("--list", "-l") { Description = "Lists branches, those that match the patterns if some are given" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Moves a branch that is there; with -d and -m as -D and -M" };
    private readonly Option<bool> _current = new("--show-current") { Description = "Prints the branch that HEAD is on, nothing when it is on none" };

    public BranchVerb()
        : base("branch", Summary)
    {
        Add(_list, _verbose, _current, _delete, _deleteForced, _move, _moveForced, _force);
        Add(_names);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "branch [-v] [--list [PATTERN]...] [--json]",
        "branch [-f] NAME [START]",
        "branch (-m | -M) [OLD] NEW",
        "branch (-d | -D) NAME...",
        "branch --show-current",
    ];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig branch", "lists the branches; * marks the one that HEAD is on"),
        ("mig branch web v1", "makes the branch web at tag v1, without going there"),
        ("mig branch -m golden", "renames the branch that HEAD is on"),
        ("mig branch -d web", "deletes web, unless that would lose commits"),
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
        var editor = new BranchEditor(session.Repository);
        if (arguments.GetValue(_current))
        {
            if (session.Repository.Refs.ReadHead().Branch is { } branch)
                session.Output.WriteLine(branch.ShortName);
            return ExitCode.Success;
        }

        if (deletes && moves)
            throw new UsageException("-d deletes, -m renames; give one of them");
        if (deletes)
            return Delete(names, force || arguments.GetValue(_deleteForced), editor, session);
        if (moves)
        {
            if (names.Length is 0 or > 2)
                throw new UsageException("-m takes the new name, or the old and the new one");
            editor.Rename(names.Length == 2 ? names[0] : null, names[^1], force || arguments.GetValue(_moveForced));
            return ExitCode.Success;
        }

        if (names.Length == 0 || arguments.GetValue(_list) || session.IsJson)
            return List(names, arguments.GetValue(_verbose), session);
        if (names.Length > 2)
            throw new UsageException($"'{names[2]}' is one argument too many; a new branch takes a name and a revision to begin at");
        editor.Create(names[0], names.Length == 2 ? names[1] : "HEAD", force);
        return ExitCode.Success;
    }

    private static int Delete(string[] names, bool force, BranchEditor editor, Session session)
    {
        if (names.Length == 0)
            throw new UsageException("name the branches to delete");
        foreach (string name in names)
            session.Output.WriteLine($"Deleted branch {name} (was {CommitView.ShortId(editor.Delete(name, force))}).");
        return ExitCode.Success;
    }

    private static int List(string[] patterns, bool isVerbose, Session session)
    {
        Repository repository = session.Repository;
        Head head = repository.Refs.ReadHead();
        var damaged = new List<CorruptStoreException>();
        List<Ref> branches = [.. repository.Refs.List(RefName.BranchPrefix, damaged)
            .Where(found => patterns.Length == 0 || Array.Exists(patterns, pattern => FileSystemName.MatchesSimpleExpression(pattern, found.Name.ShortName, ignoreCase: false)))];
        foreach (CorruptStoreException problem in damaged)
            session.Warn(problem.Message);
        if (session.IsJson)
        {
            session.WriteJson(branches.Select(found => ToJson(found, head, repository)), MigJson.Default.RefJson);
            return ExitCode.Success;
        }

        string detached = head is { IsDetached: true, Id: { } id } ? $"(HEAD detached at {CommitView.ShortId(id)})" : "";
        int width = branches.Select(found => found.Name.ShortName.Length).Append(detached.Length).Max();
        if (detached.Length > 0 && patterns.Length == 0)
            WriteLine(detached, head.Id!.Value, true);
        foreach (Ref found in branches)
            WriteLine(found.Name.ShortName, found.Id, found.Name == head.Branch);
        return ExitCode.Success;

        void WriteLine(string name, ObjectId tip, bool isCurrent)
        {
            string shown = isCurrent ? session.Palette.Green(name) : name;
            string details = isVerbose ? $"{new string(' ', width - name.Length)} {CommitView.ShortId(tip)} {SafeText.Line(repository.Objects.ReadCommit(new CommitId(tip)).Subject)}" : "";
            session.Output.WriteLine($"{(isCurrent ? "*" : " ")} {shown}{details}");
        }
    }

    private static RefJson ToJson(Ref found, Head head, Repository repository) => new(
        found.Name.ShortName,
        found.Name.Value,
        found.Id.ToString(),
        ObjectKindName.Of(ObjectKind.Commit),
        found.Id.ToString(),
        repository.Objects.ReadCommit(new CommitId(found.Id)).Subject,
        found.Name == head.Branch);
}
