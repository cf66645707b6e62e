using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs;

internal sealed class HelpVerb : Verb
{
    public const string Summary = "Explains mig, or a verb with examples";

    private readonly Argument<string> _verb = new("VERB") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _man = new("--man")
    {
        Description = "Writes all manual pages into this folder, which is made", HelpName = "DIR",
    };

    public HelpVerb()
        : base("help", Summary)
    {
        Add(_verb);
        Add(_man);
    }

    public override IReadOnlyList<string> Usage => ["help [VERB]", "help --man DIR"];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig help", "lists the verbs"),
        ("mig help commit", "explains mig commit, as mig commit --help does"),
        ("mig help --man ~/.local/share/man/man1", "lets 'man mig-commit' explain it, too"),
    ];

    public override CompletionKind Completes => CompletionKind.Verbs;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_man) is { } folder)
        {
            WritePages(folder);
            return ExitCode.Success;
        }

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

    private static void WritePages(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "mig.1"), ManPage.Overview());
        foreach (string name in VerbList.Names)
            File.WriteAllText(Path.Combine(folder, $"mig-{name}.1"), ManPage.Of(VerbList.Create(name)!));
    }
}
