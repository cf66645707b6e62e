using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;

namespace Mig.Cli.Verbs;

internal sealed class CompletionVerb : Verb
{
    public const string Summary = "Prints a script that lets a shell complete verbs, options, branches and paths";

    private readonly Argument<string> _shell = new("SHELL") { Arity = ArgumentArity.ZeroOrOne };

    public CompletionVerb()
        : base("completion", Summary) => Add(_shell);

    public override IReadOnlyList<string> Usage => ["completion (bash | zsh | fish)"];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("source <(mig completion bash)", "turns completion on in this shell; write it into ~/.bashrc to keep it"),
        ("mig completion zsh > ~/.zfunc/_mig", "the same for zsh, in a folder of $fpath"),
        ("mig completion fish > ~/.config/fish/completions/mig.fish", "the same for fish"),
    ];

    public override CompletionKind Completes => CompletionKind.Shells;

    public override int Run(ParseResult arguments, Session session)
    {
        session.Output.Write(arguments.GetValue(_shell) switch
        {
            "bash" => CompletionScripts.Bash,
            "zsh" => CompletionScripts.Zsh,
            "fish" => CompletionScripts.Fish,
            null => throw new UsageException("name the shell: bash, zsh or fish"),
            { } other => throw new UsageException($"there is no script for '{other}'; there are some for bash, zsh and fish"),
        });
        return ExitCode.Success;
    }
}
