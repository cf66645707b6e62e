using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;

namespace Mig.Cli.Verbs;

internal sealed class InitVerb : Verb
{
    public const string Summary = "Makes an empty repository";

    private readonly Option<bool> _bare =
        new("--bare") { Description = "Makes the folder itself the repository, without a folder .mig in it" };
    private readonly Argument<string> _directory = new("DIR") { Arity = ArgumentArity.ZeroOrOne };

    public InitVerb()
        : base("init", Summary)
    {
        Add(_bare);
        Add(_directory);
    }

    public override IReadOnlyList<string> Usage => ["init [--bare] [DIR]"];

    public override string Description =>
        "The repository is the folder .mig in DIR, or in the current folder; with --repo (or MIG_DIR) it is that folder itself.\n"
        + "An existing repository stays as it is. The folder hooks gets a sample of each hook; a hook counts when you take\n"
        + "'.sample' from its name.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig init", "makes .mig in the current folder"),
        ("mig init --bare /srv/images.mig", "makes a repository to push to, without a folder to work in"),
        ("mig --repo /srv/images.mig init", "makes the same"),
        ("mig -c init.defaultBranch=golden init", "calls the first branch golden instead of main"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override int Run(ParseResult arguments, Session session)
    {
        (string folder, bool isNew) = Initialize(arguments.GetValue(_directory), arguments.GetValue(_bare), session);
        if (!session.IsQuiet)
            session.Output.WriteLine(
                $"{(isNew ? "Initialized empty mig repository in" : "There is a mig repository already, unchanged, in")} "
                + $"{Terminals.SafeText.Name(folder)}/");
        return ExitCode.Success;
    }

    // As with git --git-dir: what later commands would open is what is made.
    private static (string Folder, bool IsNew) Initialize(string? directory, bool isBare, Session session)
    {
        if (directory is not null && session.RepositoryFolder is not null)
            throw new UsageException("--repo and DIR both say where the repository is to be; give one of them");
        string? named = directory is null ? session.RepositoryFolder
            ?? (session.Context.Environment("MIG_DIR") is { Length: > 0 } set ? set : null) : null;
        return named is null ? Repository.Initialize(directory ?? ".", isBare, session.Context)
            : Repository.InitializeAt(named, session.Context);
    }
}
