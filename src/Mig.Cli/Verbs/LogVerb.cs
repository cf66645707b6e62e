using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs;

internal sealed class LogVerb : Verb
{
    public const string Summary = "Shows the history";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _oneline = new("--oneline") { Description = "One line for each commit" };
    private readonly Option<bool> _graph = new("--graph") { Description = "Draws which commit follows which" };
    private readonly Option<string> _count = new("--max-count", "-n") { Description = "At most so many commits; -5 is short for -n 5", HelpName = "N" };
    private readonly Option<string> _since = new("--since", "--after") { Description = "Only commits after this time, such as 2026-01-31 or 2.days.ago", HelpName = "DATE" };
    private readonly Option<string> _until = new("--until", "--before") { Description = "Only commits before this time", HelpName = "DATE" };
    private readonly Option<bool> _all = new("--all") { Description = "Begins at all branches and tags" };
    private readonly Option<bool> _firstParent = new("--first-parent") { Description = "Leaves merged lines out" };
    private readonly Option<bool> _decorate = new("--decorate") { Description = "Shows branches and tags in a pipe, too" };
    private readonly Option<bool> _noDecorate = new("--no-decorate") { Description = "Shows no branches and tags" };

    public LogVerb()
        : base("log", Summary)
    {
        Add(_oneline, _graph, _count, _since, _until, _all, _firstParent, _decorate, _noDecorate);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage => ["log [--oneline] [--graph] [-n N] [--since DATE] [--until DATE] [--all] [REV | REV..REV]..."];

    public override string Description => "Shows the commits that the revisions lead to, newest first; HEAD when none is given.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig log --oneline --graph --all", "draws the history of all branches"),
        ("mig log v1..main", "shows what main has that v1 has not"),
        ("mig log -3 --since 2.weeks.ago", "shows the last three commits of two weeks"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override string Rewrite(string argument) => CountArgument.Rewrite(argument);

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        bool graph = arguments.GetValue(_graph);
        IEnumerable<WalkedCommit> commits = Select(arguments, session, graph);
        if (session.IsJson)
        {
            var refs = new Decorations(repository);
            session.WriteJson(commits.Select(found => CommitJson.Of(found.Id, found.Commit, refs.NamesOf(found.Id))), MigJson.Default.CommitJson);
            return ExitCode.Success;
        }

        bool decorates = (arguments.GetValue(_decorate) || session.IsOutputTerminal) && !arguments.GetValue(_noDecorate);
        Decorations? decorations = decorates ? new Decorations(repository) : null;
        var view = new CommitView(session.Output, session.Palette);
        Func<WalkedCommit, IEnumerable<string>> lines = arguments.GetValue(_oneline)
            ? found => [view.OneLine(found.Id, found.Commit, decorations?.Of(found.Id, session.Palette) ?? "")]
            : found => view.Lines(found.Id, found.Commit, decorations?.Of(found.Id, session.Palette) ?? "");
        if (graph)
        {
            new GraphView(session.Output, session.Palette).Write([.. commits], lines, hasGaps: !arguments.GetValue(_oneline));
            return ExitCode.Success;
        }

        bool isFirst = true;
        foreach (WalkedCommit commit in commits)
        {
            if (!isFirst && !arguments.GetValue(_oneline))
                session.Output.WriteLine();
            isFirst = false;
            foreach (string line in lines(commit))
                session.Output.WriteLine(line);
        }

        return ExitCode.Success;
    }

    private IEnumerable<WalkedCommit> Select(ParseResult arguments, Session session, bool graph)
    {
        Repository repository = session.Repository;
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        RevisionSet set = repository.Revisions.ResolveSet(revisions);
        if (arguments.GetValue(_all))
            set = set with { Include = [.. set.Include, .. AllTips(repository)] };
        else if (set.Include.Count == 0)
            set = set with { Include = [Head(repository)] };
        long since = Date(arguments, _since, session) ?? long.MinValue, until = Date(arguments, _until, session) ?? long.MaxValue;
        int count = CountArgument.Parse(arguments.GetValue(_count));
        return repository.Walk.Walk(set, graph ? CommitOrder.Topological : CommitOrder.Date, arguments.GetValue(_firstParent))
            .Where(found => found.Commit.Committer.Seconds >= since && found.Commit.Committer.Seconds <= until)
            .Take(count);
    }

    private static CommitId Head(Repository repository)
    {
        if (repository.Refs.ReadHead() is { IsUnborn: true, Branch: { } branch })
            throw new NotFoundException($"branch '{branch.ShortName}' has no commit yet; 'mig commit DISK' makes the first one");
        return repository.Revisions.ResolveCommit("HEAD");
    }

    private static IEnumerable<CommitId> AllTips(Repository repository)
    {
        foreach (Ref found in repository.Refs.List())
        {
            ObjectId id = found.Id;
            while (repository.Objects.GetKind(id) == ObjectKind.Tag)
                id = repository.Objects.ReadTag(new TagId(id)).Target;
            if (repository.Objects.GetKind(id) == ObjectKind.Commit)
                yield return new CommitId(id);
        }

        if (repository.Refs.ReadHead() is { IsDetached: true, Id: { } detached })
            yield return new CommitId(detached);
    }

    private static long? Date(ParseResult arguments, Option<string> option, Session session)
    {
        if (arguments.GetValue(option) is not { } text)
            return null;
        return DateText.TryParse(text, session.Context.Clock, out DateTimeOffset date)
            ? date.ToUnixTimeSeconds()
            : throw new UsageException($"{option.Name} '{text}' is no date; write 2026-01-31, '2026-01-31 12:00:00', yesterday or 2.weeks.ago");
    }
}
