using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Core;
using Mig.Machines.Baselines;
using Mig.Versions.Baselines;

namespace Mig.Cli.Verbs;

internal sealed class BaselineVerb : Verb
{
    public const string Summary = "Keeps rules that images must keep";

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };

    public BaselineVerb()
        : base("baseline", Summary) => Add(_words);

    public override IReadOnlyList<string> Usage =>
        ["baseline [list] [--json]", "baseline set NAME FILE", "baseline show NAME [--json]", "baseline drop NAME"];

    public override string Description =>
        """
        A baseline is a text with a rule on each line:
          package NAME present | absent | >= VERSION [if installed]
          vulnerability none [above SEVERITY] in FEED [unrated kept | unrated broken] [except ID...]
          file PATH absent | present [mode MODE] [owner UID:GID] [sha256 HEX]
          service NAME off
        'set' keeps it as refs/baselines/NAME, which pushes and fetches take along where a refspec names it. 'mig comply' holds images
        against it, and 'mig remediate' makes them keep it. The ref has a history: mig log refs/baselines/NAME.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig baseline set web web.rules", "keeps the rules of a file as web"),
        ("mig baseline show web", "prints them"),
        ("mig push origin 'refs/baselines/*:refs/baselines/*'", "gives all of them to others"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        var store = new BaselineStore(session.Repository);
        switch (arguments.GetValue(_words) ?? [])
        {
            case [] or ["list"]:
                List(store, session);
                return ExitCode.Success;
            case ["set", var name, var file]:
                session.Say(store.Set(name, InputFile.ReadAllBytes(file)) ? $"baseline {name} is set" : $"baseline {name} is that already");
                return ExitCode.Success;
            case ["show", var name] when session.IsJson:
                session.WriteJson(BaselineJson.Of(name, store.Read(name)), MigJson.Default.BaselineJson);
                return ExitCode.Success;
            case ["show", var name]:
                session.Output.Write(store.ReadText(name));
                return ExitCode.Success;
            case ["drop", var name]:
                store.Drop(name);
                session.Say($"baseline {name} is gone");
                return ExitCode.Success;
            case var words:
                throw new UsageException($"'{string.Join(' ', words)}' is not called so; 'list', 'set NAME FILE', 'show NAME' and "
                    + "'drop NAME' are there");
        }
    }

    private static void List(BaselineStore store, Session session)
    {
        Baseline[] all = [.. store.List().Select(store.Read)];
        if (session.IsJson)
        {
            session.WriteJson(store.List().Zip(all, BaselineJson.Of), MigJson.Default.BaselineJson);
            return;
        }

        foreach ((string name, Baseline baseline) in store.List().Zip(all))
            session.Output.WriteLine($"{name}  {Terminals.Sizes.Count(baseline.Rules.Count, "rule")}");
    }
}
