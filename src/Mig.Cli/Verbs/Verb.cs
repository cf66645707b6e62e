using System.CommandLine;
using Mig.Cli.CommandLines;

namespace Mig.Cli.Verbs;

/// <summary>One verb of the command line: its arguments, its help, and what it does.</summary>
internal abstract class Verb
{
    protected Verb(string name, string summary) => Command = new Command(name, summary);

    public Command Command { get; }

    /// <summary>A paragraph or two that the help begins with.</summary>
    public virtual string Description => "";

    /// <summary>How the verb is called, one line each, without <c>mig</c>.</summary>
    public abstract IReadOnlyList<string> Usage { get; }

    /// <summary>Commands to try, with what they do.</summary>
    public abstract IReadOnlyList<(string Command, string Meaning)> Examples { get; }

    /// <summary>What the arguments are, for completion.</summary>
    public virtual CompletionKind Completes => CompletionKind.Nothing;

    /// <summary>Whether the verb prints JSON when asked.</summary>
    public virtual bool HasJson => false;

    /// <summary>Rewrites arguments that Git allows and the parser does not know, such as <c>-5</c>.</summary>
    public virtual string Rewrite(string argument) => argument;

    /// <returns>The exit code.</returns>
    public abstract int Run(ParseResult arguments, Session session);

    protected void Add(params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
            Command.Options.Add(option);
    }

    protected void Add(params ReadOnlySpan<Argument> arguments)
    {
        foreach (Argument argument in arguments)
            Command.Arguments.Add(argument);
    }
}
