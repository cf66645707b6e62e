using System.CommandLine;
using System.Globalization;
using Mig.Care.Maintenance;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;

namespace Mig.Cli.Verbs;

internal sealed class ReflogVerb : Verb
{
    public const string Summary = "Shows where HEAD or a branch was, and forgets it";

    private const string Expire = "expire";

    private readonly Argument<string[]> _words = new("REF") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _count =
        new("--max-count", "-n") { Description = "At most so many moves; -5 is short for -n 5", HelpName = "N" };

    private readonly Option<string> _expire =
        new("--expire") { Description = "With expire: forgets moves before this time (90.days.ago)", HelpName = "TIME" };
    private readonly Option<bool> _all = new("--all") { Description = "With expire: of all refs" };

    public ReflogVerb()
        : base("reflog", Summary)
    {
        Add(_count, _expire, _all);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage => ["reflog [-n N] [REF]", "reflog expire [--expire=TIME] --all | REF..."];

    public override string Description =>
        "Moves are kept for 90 days. So a version that no branch leads to any more is found here, and 'mig branch NAME ID'\n"
        + "keeps it. 'expire' forgets moves, except the last one of each ref; the next 'mig gc' may then remove what they led to.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig reflog", "shows where HEAD was, newest first"),
        ("mig reflog main", "shows what moved the branch main"),
        ("mig branch rescued HEAD@{2}", "makes a branch where HEAD was two moves ago"),
        ("mig reflog expire --expire=now --all", "forgets all moves"),
    ];

    public override CompletionKind Completes => CompletionKind.Branches;

    public override bool HasJson => true;

    public override string Rewrite(string argument) => CountArgument.Rewrite(argument);

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        string[] words = arguments.GetValue(_words) ?? [];
        if (words is [Expire, .. string[] refs])
            return Forget(repository, refs, arguments.GetValue(_all), arguments.GetValue(_expire), session);
        if (words.Length > 1 || arguments.GetValue(_all) || arguments.GetValue(_expire) is not null)
            throw new UsageException("reflog shows one ref; --all and --expire are for 'mig reflog expire'");
        RefName name = Resolve(repository, words.FirstOrDefault() ?? "HEAD");
        int count = CountArgument.Parse(arguments.GetValue(_count));
        IEnumerable<(int Index, ReflogEntry Entry)> moves = repository.Refs.ReadLog(name).Index().Take(count);
        if (session.IsJson)
        {
            session.WriteJson(
                moves.Select(move => new ReflogJson(Selector(name, move.Index), Id(move.Entry.Before), Id(move.Entry.After),
                    PersonJson.Of(move.Entry.Who), move.Entry.Reason)),
                MigJson.Default.ReflogJson);
            return ExitCode.Success;
        }

        foreach ((int index, ReflogEntry entry) in moves)
            session.Output.WriteLine(
                $"{session.Palette.Yellow(CommitView.ShortId(entry.After))} {Selector(name, index)}: {SafeText.Line(entry.Reason)}");
        return ExitCode.Success;
    }

    private static int Forget(Repository repository, string[] refs, bool all, string? time, Session session)
    {
        if (all == (refs.Length > 0))
            throw new UsageException("name the refs whose moves shall be forgotten, or say --all");
        DateTime? before = new CollectionSettings(repository).Read(null, time).ExpireLogsBefore;
        List<RefName> names = all ? [.. repository.Refs.ListLogs()] : [.. refs.Select(given => Resolve(repository, given))];
        int forgotten = before is { } date ? names.Sum(name => LogExpiry.Run(repository.Refs, name, date)) : 0;
        session.Say($"{Sizes.Count(forgotten, "move", "moves")} forgotten");
        return ExitCode.Success;
    }

    private static RefName Resolve(Repository repository, string given) =>
        repository.Revisions.ResolveRef(given)
            ?? throw new NotFoundException($"'{given}' is not a branch, and HEAD is the only other thing that moves");

    private static string Selector(RefName name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name.ShortName}@{{{index}}}");

    private static string? Id(ObjectId id) => id.IsNull ? null : id.ToString();
}
