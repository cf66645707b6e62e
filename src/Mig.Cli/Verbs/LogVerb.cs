using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Diffs;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Versions.Compare;
using Mig.Versions.Histories;
using Mig.Versions.Working;

namespace Mig.Cli.Verbs;

internal sealed class LogVerb : Verb
{
    private const int FetchedTogether = 256;

    public const string Summary = "Shows the history";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _oneline = new("--oneline") { Description = "One line for each commit" };
    private readonly Option<bool> _graph = new("--graph") { Description = "Draws which commit follows which" };
    private readonly Option<string> _count =
        new("--max-count", "-n") { Description = "At most so many commits; -5 is short for -n 5", HelpName = "N" };
    private readonly Option<string> _since =
        new("--since", "--after") { Description = "Only commits after this time, such as 2026-01-31 or 2.days.ago", HelpName = "DATE" };
    private readonly Option<string> _until =
        new("--until", "--before") { Description = "Only commits before this time", HelpName = "DATE" };
    private readonly Option<bool> _all = new("--all") { Description = "Begins at all branches and tags" };
    private readonly Option<bool> _firstParent = new("--first-parent") { Description = "Leaves merged lines out" };
    private readonly Option<bool> _decorate = new("--decorate") { Description = "Shows branches and tags in a pipe, too" };
    private readonly Option<bool> _noDecorate = new("--no-decorate") { Description = "Shows no branches and tags" };
    private readonly Option<bool> _follow =
        new("--follow") { Description = "Goes on under the earlier name where the one PATH was renamed" };
    private readonly Option<string> _content =
        new("-S") { Description = "Only versions in which more or fewer files have this content than before", HelpName = "SHA256" };
    private readonly Option<string> _package =
        new("--package") { Description = "Only versions in which this package came, went, or got another version", HelpName = "NAME" };
    private readonly ChangeView _changes = new();
    private FollowedPath? _followed;
    private CarefulQuestion? _question;

    public LogVerb()
        : base("log", Summary)
    {
        Add(_oneline, _graph, _count, _since, _until, _all, _firstParent, _decorate, _noDecorate, _follow, _content, _package);
        Add([.. _changes.Options]);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "log [--oneline] [--graph] [-n N] [--since DATE] [--until DATE] [--all] [REV | REV..REV]... [-- PATH...]",
        "log [--follow] [-S SHA256] [--package NAME] [--name-status] [--stat] [-p] ...",
    ];

    public override string Description =>
        "Shows the commits that the revisions lead to, newest first; HEAD when none is given. With paths, it shows only commits\n"
        + "in which more than the times of one of them changed. Where the paths of a merge are those of one of its parents, only\n"
        + "that parent's line is followed, as in Git. PATH is a file, a directory with all below it, or a pattern. Changes are\n"
        + "those against the first parent; merges show none.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig log --oneline --graph --all", "draws the history of all branches"),
        ("mig log v1..main", "shows what main has that v1 has not"),
        ("mig log --oneline --stat -- /etc", "shows who changed the configuration when"),
        ("mig log --package openssl", "shows when a package was installed, upgraded or removed"),
        ("mig log -3 --since 2.weeks.ago", "shows the last three commits of two weeks"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override string Rewrite(string argument) => CountArgument.Rewrite(argument);

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        bool graph = arguments.GetValue(_graph), oneline = arguments.GetValue(_oneline), showsChanges = _changes.IsWanted(arguments);
        if (graph && showsChanges)
            throw new UsageException("--graph is drawn beside commits only; leave --name-status, --stat and -p out");
        (string[] revisions, List<PathSpec> paths) = PathLimitArguments.Split(arguments, arguments.GetValue(_revisions) ?? []);
        var coverage = new AnswerCoverage(repository);
        RevisionSet set = Begin(arguments, repository, revisions, coverage);
        bool any = false;
        IEnumerable<WalkedCommit> commits = Judged(Select(arguments, session, set, paths, coverage));
        if (session.IsJson)
        {
            var refs = new Decorations(repository);
            session.WriteJson(commits.Select(found => CommitJson.Of(found.Id, found.Commit, refs.NamesOf(found.Id))),
                MigJson.Default.CommitJson, coverage);
            return AnswerEnd.Say(coverage, session, any, nothing: ExitCode.Success);
        }

        bool decorates = (arguments.GetValue(_decorate) || session.IsOutputTerminal) && !arguments.GetValue(_noDecorate);
        Decorations? decorations = decorates ? new Decorations(repository) : null;
        var view = new CommitView(session.Output, session.Palette);
        Func<WalkedCommit, IEnumerable<string>> lines = oneline
            ? found => [view.OneLine(found.Id, found.Commit, decorations?.Of(found.Id, session.Palette) ?? "")]
            : found => view.Lines(found.Id, found.Commit, decorations?.Of(found.Id, session.Palette) ?? "");
        if (graph)
        {
            new GraphView(session.Output, session.Palette).Write([.. commits], lines, hasGaps: !oneline);
            return AnswerEnd.Say(coverage, session, any, nothing: ExitCode.Success);
        }

        bool isFirst = true;
        foreach (WalkedCommit commit in _changes.AreLinesWanted(arguments) && repository.IsPartial ? Fetched(commits, paths, repository)
            : commits)
        {
            if (!isFirst && !oneline)
                session.Output.WriteLine();
            isFirst = false;
            foreach (string line in lines(commit))
                session.Output.WriteLine(line);
            if (showsChanges)
                coverage.Try(VersionName.Of(commit.Id), () => WriteChanges(arguments, commit, paths, session));
        }

        return AnswerEnd.Say(coverage, session, any, nothing: ExitCode.Success);

        // What the walk did not see is known when it has ended.
        IEnumerable<WalkedCommit> Judged(IEnumerable<WalkedCommit> found)
        {
            foreach (WalkedCommit commit in found)
            {
                any = true;
                yield return commit;
            }

            Judge(arguments, repository, set, paths, isFound: any, coverage);
        }
    }

    // Packages come and go wherever a machine was not whole. That a path or content is nowhere is an answer only of what was seen: of the
    // versions that were named.
    private void Judge(ParseResult arguments, Repository repository, RevisionSet set, List<PathSpec> paths, bool isFound,
        AnswerCoverage coverage)
    {
        if (arguments.GetValue(_package) is not null)
            coverage.Judge(_question!.Asked, isMachineWanted: true);
        else if (paths.Count > 0 || arguments.GetValue(_content) is not null)
            coverage.Judge(VersionTips.OfCommits(repository, set.Include.Distinct().Select(VersionName.Of), coverage),
                isMachineWanted: false, part => !isFound || part.Kind == UnseenKind.Damage);
    }

    // In a partial clone each version alone would cost round trips.
    private IEnumerable<WalkedCommit> Fetched(IEnumerable<WalkedCommit> commits, List<PathSpec> paths, Repository repository)
    {
        foreach (WalkedCommit[] some in commits.Chunk(FetchedTogether))
        {
            var all = new List<TreeChange>();
            foreach (WalkedCommit commit in some)
            {
                try
                {
                    all.AddRange(ChangesOf(commit, paths, repository));
                }
                catch (CorruptStoreException)
                {
                    // It is said where the version is shown.
                }
            }

            ChangedTexts.Fetch(repository, all);
            foreach (WalkedCommit commit in some)
                yield return commit;
        }
    }

    private IEnumerable<TreeChange> ChangesOf(WalkedCommit found, List<PathSpec> paths, Repository repository)
    {
        using ComparedSides? sides = Sides(found, repository, ref paths);
        return sides is null ? [] : [.. sides.Compare(paths).Volumes.SelectMany(volume => volume.Changes)];
    }

    // Null for a merge.
    private ComparedSides? Sides(WalkedCommit found, Repository repository, ref List<PathSpec> paths)
    {
        Commit commit = repository.Objects.ReadCommit(found.Id);
        if (commit.Parents.Count > 1)
            return null;
        if (_followed is { } followed)
            paths = [.. paths.Append(followed.NameIn(found.Id)), .. commit.Parents.Select(followed.NameIn)];
        return ComparedSides.Of(repository, commit.Parents.Count == 0 ? null : repository.Objects.ReadCommit(commit.Parents[0]).Image,
            commit.Image);
    }

    private void WriteChanges(ParseResult arguments, WalkedCommit found, List<PathSpec> paths, Session session)
    {
        using ComparedSides? sides = Sides(found, session.Repository, ref paths);
        if (sides is null)
            return;
        ImageComparison comparison = sides.Compare(paths);
        if (!arguments.GetValue(_oneline))
            session.Output.WriteLine();
        _changes.Write(arguments, sides, comparison, session);
    }

    private RevisionSet Begin(ParseResult arguments, Repository repository, string[] revisions, AnswerCoverage coverage)
    {
        RevisionSet set = repository.Revisions.ResolveSet(revisions);
        if (arguments.GetValue(_all))
            return set with { Include = [.. set.Include, .. VersionTips.OfAll(repository, coverage).Select(tip => tip.Commit)] };
        return set.Include.Count > 0 ? set : set with { Include = [Head(repository)] };
    }

    private IEnumerable<WalkedCommit> Select(
        ParseResult arguments, Session session, RevisionSet set, List<PathSpec> paths, AnswerCoverage coverage)
    {
        Repository repository = session.Repository;
        long since = Date(arguments, _since, session) ?? long.MinValue, until = Date(arguments, _until, session) ?? long.MaxValue;
        int count = CountArgument.Parse(arguments.GetValue(_count));
        IEnumerable<WalkedCommit> commits = Walk(arguments, repository, set, paths, coverage);
        if (arguments.GetValue(_content) is { } text)
        {
            if (!ObjectId.TryParse(text, out ObjectId sha256))
                throw new UsageException($"-S takes the SHA-256 of a content, 64 digits as sha256sum prints them, not '{text}'");
            var content = new ContentCount(repository, sha256, paths);
            commits = commits.Where(found =>
            {
                bool changes = false;
                return coverage.Try(VersionName.Of(found.Id), () => changes = content.Changes(found)) && changes;
            });
        }

        return commits.Where(found => found.Commit.Committer.Seconds >= since && found.Commit.Committer.Seconds <= until).Take(count);
    }

    private IEnumerable<WalkedCommit> Walk(
        ParseResult arguments, Repository repository, RevisionSet set, List<PathSpec> paths, AnswerCoverage coverage)
    {
        bool graph = arguments.GetValue(_graph), firstParent = arguments.GetValue(_firstParent);
        bool hasContent = arguments.GetValue(_content) is not null;
        if (arguments.GetValue(_follow))
            _followed = paths is [var path] ? new FollowedPath(repository, path)
                : throw new UsageException("--follow takes exactly one path after '--'");
        IHistoryQuestion? question = (_followed, arguments.GetValue(_package)) switch
        {
            (not null, not null) => throw new UsageException("--follow and --package are not combined"),
            ({ } followed, _) => followed,
            (_, { } package) when paths.Count == 0 => new PackageQuestion(repository, package),
            (_, not null) => throw new UsageException("--package is about the whole machine; leave the paths out"),
            _ => paths.Count > 0 && !hasContent ? new PathQuestion(repository, paths) : null,
        };
        if (question is null)
            return new CommitWalk(repository.Objects, coverage.LeaveOut)
                .Walk(set, graph ? CommitOrder.Topological : CommitOrder.Date, firstParent);
        var walk = new SimplifiedWalk(
            repository.Objects, _question = new CarefulQuestion(repository, question, coverage), coverage.LeaveOut);
        return graph ? walk.WalkGraph(set, firstParent) : walk.Walk(set, firstParent)
            .Select(found => found with { Commit = repository.Objects.ReadCommit(found.Id) });
    }

    private static CommitId Head(Repository repository)
    {
        if (repository.Refs.ReadHead() is { IsUnborn: true, Branch: { } branch })
            throw new NotFoundException($"branch '{branch.ShortName}' has no commit yet; 'mig commit DISK' makes the first one");
        return repository.Revisions.ResolveCommit("HEAD");
    }

    private static long? Date(ParseResult arguments, Option<string> option, Session session)
    {
        if (arguments.GetValue(option) is not { } text)
            return null;
        return DateText.TryParse(text, session.Context.Clock, out DateTimeOffset date)
            ? date.ToUnixTimeSeconds()
            : throw new UsageException(
                $"{option.Name} '{text}' is not a date; write 2026-01-31, '2026-01-31 12:00:00', yesterday or 2.weeks.ago");
    }
}
