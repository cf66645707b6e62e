using System.CommandLine;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Refs;

namespace Mig.Cli.Verbs;

internal sealed class ReflogVerb : Verb
{
    public const string Summary = "Shows where HEAD or a branch was";

    private readonly Argument<string> _ref = new("REF") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _count = new("--max-count", "-n") { Description = "At most so many moves; -5 is short for -n 5", HelpName = "N" };

    public ReflogVerb()
        : base("reflog", Summary)
    {
        Add(_count);
        Add(_ref);
    }

    public override IReadOnlyList<string> Usage => ["reflog [-n N] [REF]"];

    public override string Description => "Every move is kept, so a version that no branch leads to any more is found here, and kept by 'mig branch NAME ID'.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig reflog", "shows where HEAD was, newest first"),
        ("mig reflog main", "shows what moved the branch main"),
        ("mig branch rescued HEAD@{2}", "makes a branch where HEAD was two moves ago"),
    ];

    public override CompletionKind Completes => CompletionKind.Branches;

    public override bool HasJson => true;

    public override string Rewrite(string argument) => CountArgument.Rewrite(argument);

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        string given = arguments.GetValue(_ref) ?? "HEAD";
        RefName name = repository.Revisions.ResolveRef(given) ?? throw new NotFoundException($"'{given}' is no branch, and HEAD is the only other thing that moves");
        int count = CountArgument.Parse(arguments.GetValue(_count));
        IEnumerable<(int Index, ReflogEntry Entry)> moves = repository.Refs.ReadLog(name).Index().Take(count);
        if (session.IsJson)
        {
            session.WriteJson(
                moves.Select(move => new ReflogJson(Selector(name, move.Index), Id(move.Entry.Before), Id(move.Entry.After), PersonJson.Of(move.Entry.Who), move.Entry.Reason)),
                MigJson.Default.ReflogJson);
            return ExitCode.Success;
        }

        foreach ((int index, ReflogEntry entry) in moves)
            session.Output.WriteLine($"{session.Palette.Yellow(CommitView.ShortId(entry.After))} {Selector(name, index)}: {SafeText.Line(entry.Reason)}");
        return ExitCode.Success;
    }

    private static string Selector(RefName name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name.ShortName}@{{{index}}}");

    private static string? Id(ObjectId id) => id.IsNull ? null : id.ToString();
}
