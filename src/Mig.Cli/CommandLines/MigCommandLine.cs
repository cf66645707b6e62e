using System.CommandLine;
using System.CommandLine.Parsing;
using Mig.Cli.Terminals;
using Mig.Cli.Verbs;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.CommandLines;

/// <summary>Reads the command line, makes the one verb that it asks for, and runs it.</summary>
internal static class MigCommandLine
{
    // "@{-1}" and "@2" are revisions and volumes, not files to read arguments from.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments, Terminal terminal)
    {
        // Until the options are known, an error is coloured as the terminal and the environment say.
        var palette = new Palette(Session.WantsColor("auto", terminal.IsErrorTerminal, RepositoryContext.Default));
        try
        {
            int code = Dispatch(arguments, terminal);
            terminal.Output.Flush();
            return code;
        }
        catch (Exception e)
        {
            TryFlush(terminal.Output);
            return ExitCode.Report(e, terminal, palette);
        }
    }

    private static int Dispatch(string[] arguments, Terminal terminal)
    {
        if (arguments is ["--version"])
        {
            terminal.Output.WriteLine(VersionVerb.Line);
            return ExitCode.Success;
        }

        if (arguments is [Completion.VerbName, ..])
            return Completion.Run(arguments[1..], terminal);
        int verbIndex = FindVerb(arguments);
        string? name = verbIndex < 0 ? null : arguments[verbIndex];
        Verb? verb = name is null ? null : VerbList.Create(name);
        if (name is not null && verb is null)
            throw new UsageException($"'{name}' is not a verb of mig.{NearNames.Suggest(name, VerbList.Suggested)} 'mig help' lists them");

        var options = new GlobalOptions();
        ParseResult parsed = Parse(verb, options, verb is null ? arguments : [.. arguments.Select(verb.Rewrite)]);
        bool wantsHelp = parsed.GetResult(options.Help) is { Implicit: false };
        if (wantsHelp || (verb is null && parsed.Errors.Count == 0 && !parsed.GetValue(options.Version)))
        {
            terminal.Output.Write(verb is null ? HelpText.Overview() : HelpText.Of(verb));
            return wantsHelp ? ExitCode.Success : ExitCode.Usage;
        }

        Check(parsed, name, arguments);
        if (verb is null)
        {
            terminal.Output.WriteLine(VersionVerb.Line);
            return ExitCode.Success;
        }

        using Session session = Begin(parsed, options, terminal);
        if (session.IsJson && !verb.HasJson)
            throw new UsageException($"'mig {name}' has nothing to print as JSON; leave --json out");
        return verb.Run(parsed, session);
    }

    /// <summary>Parses a command line for one verb, or for none.</summary>
    public static ParseResult Parse(Verb? verb, GlobalOptions options, IReadOnlyList<string> arguments)
    {
        var root = new Command("mig");
        foreach (Option option in options.All)
            root.Options.Add(option);
        if (verb is null)
            root.Options.Add(options.Version);
        else
            root.Subcommands.Add(verb.Command);
        return CommandLineParser.Parse(root, arguments, Parsing);
    }

    /// <summary>Returns the place of the verb: the first argument that is no option and no option's value; -1 when there is none.</summary>
    public static int FindVerb(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('-'))
                return i;
            if (Array.IndexOf(GlobalOptions.WithValue, arguments[i]) >= 0)
                i++;
        }

        return -1;
    }

    /// <summary>Opens what a verb works with, as the options that every verb understands say.</summary>
    public static Session Begin(ParseResult parsed, GlobalOptions options, Terminal terminal)
    {
        foreach (string directory in parsed.GetValue(options.Directory) ?? [])
        {
            if (!Directory.Exists(directory))
                throw new NotFoundException($"folder {directory} does not exist");
            Directory.SetCurrentDirectory(directory);
        }

        string color = parsed.GetValue(options.Color) ?? "auto";
        if (color is not ("auto" or "always" or "never"))
            throw new UsageException($"--color is auto, always or never, not '{color}'");
        RepositoryContext context = RepositoryContext.Default;
        if (parsed.GetValue(options.Setting) is { Length: > 0 } settings)
            context = context with { ConfigOverrides = settings };
        bool isQuiet = parsed.GetValue(options.Quiet);
        bool showsProgress = !isQuiet && !parsed.GetValue(options.NoProgress);
        return new Session(terminal, context, parsed.GetValue(options.Repository), color, parsed.GetValue(options.Json),
            showsProgress)
        { IsQuiet = isQuiet };
    }

    private static void Check(ParseResult parsed, string? verb, string[] arguments)
    {
        string help = verb is null ? "'mig help'" : $"'mig help {verb}'";
        if (FindUnknownOption(parsed, arguments) is { } unknown)
        {
            string option = unknown.Split('=')[0];
            throw new UsageException(
                "there is no option "
                + $"'{option}'{(verb is null ? "" : $" of 'mig {verb}'")}.{NearNames.Suggest(option, OptionNames(parsed))} {help} lists "
                + "them");
        }

        if (parsed.Errors.Count == 0)
            return;
        if (parsed.UnmatchedTokens is [var token, ..])
            throw new UsageException($"'{token}' is one argument too many; {help} shows what can stand here");
        throw new UsageException($"{parsed.Errors[0].Message.TrimEnd('.')}; {help} explains it");
    }

    // The parser takes what looks like an option, and is none, for an argument. After "--" it is one.
    private static string? FindUnknownOption(ParseResult parsed, string[] arguments)
    {
        int dashes = Array.IndexOf(arguments, "--");
        IEnumerable<string> given = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens)
            .Select(token => token.Value).Concat(parsed.UnmatchedTokens);
        foreach (string text in given)
        {
            if (text.Length > 1 && text[0] == '-' && (dashes < 0 || Array.IndexOf(arguments, text, dashes) < 0))
                return text;
        }

        return null;
    }

    private static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (Command? command = parsed.CommandResult.Command; command is not null; command = command.Parents.OfType<Command>()
            .FirstOrDefault())
        {
            foreach (Option option in command.Options)
            {
                foreach (string name in option.Aliases.Append(option.Name).Where(name => name.StartsWith("--", StringComparison.Ordinal)))
                    yield return name;
            }
        }
    }

    private static void TryFlush(TextOutput output)
    {
        try
        {
            output.Flush();
        }
        catch (Exception e) when (e is IOException or OutputClosedException)
        {
            // The error that is on its way says more.
        }
    }
}
