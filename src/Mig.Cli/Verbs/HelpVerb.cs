using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs;

internal sealed class HelpVerb : Verb
{
    public const string Summary = "Explains mig, or a verb with examples";

    private readonly Argument<string> _verb = new("VERB") { Arity = ArgumentArity.ZeroOrOne };

    public HelpVerb()
        : base("help", Summary) => Add(_verb);

    public override IReadOnlyList<string> Usage => ["help [VERB]"];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig help", "lists the verbs"),
        ("mig help commit", "explains mig commit, as mig commit --help does"),
    ];

    public override CompletionKind Completes => CompletionKind.Verbs;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_verb) is not { } name)
        {
            session.Output.Write(HelpText.Overview());
            return ExitCode.Success;
        }

        Verb verb = VerbList.Create(name) ?? throw new NotFoundException(
            $"'{name}' is not a verb of mig.{NearNames.Suggest(name, VerbList.Suggested)} 'mig help' lists them");
        session.Output.Write(HelpText.Of(verb));
        return ExitCode.Success;
    }
}
