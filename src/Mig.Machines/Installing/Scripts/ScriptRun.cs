using System.IO.Enumeration;
using Mig.History.Trees;

namespace Mig.Machines.Installing.Scripts;

/// <summary>
/// Goes through a script of a package as a shell would, and stops at the first line whose effect is not known: what is not reached does not
/// count. Runs nothing.
/// </summary>
/// <param name="package">The name of the package.</param>
/// <param name="script">Which script it is, such as <c>postinst</c>.</param>
internal sealed class ScriptRun(IScriptFiles files, DpkgState state, string package, string script)
{
    private const int MaxSteps = 10_000;

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal)
    {
        ["DPKG_MAINTSCRIPT_PACKAGE"] = package, ["DPKG_MAINTSCRIPT_NAME"] = script, ["DPKG_ROOT"] = "", ["DPKG_ADMINDIR"] = "/var/lib/dpkg",
    };

    private readonly Dictionary<string, ShellNode> _functions = new(StringComparer.Ordinal);
    private readonly List<string> _effects = [];
    private string[] _arguments = [];
    private int _steps;
    private int _depth;

    /// <param name="text">One character for each byte.</param>
    /// <param name="arguments">What dpkg calls it with.</param>
    public ScriptOutcome Run(string text, params string[] arguments)
    {
        string first = text.Split('\n')[0].Replace(" ", "", StringComparison.Ordinal);
        if (first is not ("#!/bin/sh" or "#!/bin/sh-e" or "#!/bin/bash" or "#!/bin/bash-e" or "#!/bin/dash" or "#!/bin/sh-eu"
            or "#!/usr/bin/sh" or "#!/usr/bin/bash"))
            return new ScriptOutcome($"{script} is no script of a shell: {text.Split('\n')[0]}", []);
        _arguments = arguments;
        try
        {
            bool succeeds;
            try
            {
                succeeds = Run(ShellParser.Parse(text));
            }
            catch (ScriptExit exit)
            {
                succeeds = exit.Succeeds;
            }

            return new ScriptOutcome(succeeds ? null : $"{script} would fail", _effects);
        }
        catch (Exception e) when (e is ShellSyntaxException or ScriptBlockedException)
        {
            return new ScriptOutcome($"{script} {e.Message}", []);
        }
    }

    private bool Run(ShellNode node, bool isTested = false)
    {
        if (++_steps > MaxSteps)
            throw new ScriptBlockedException(node.Line, "it goes on for long");
        switch (node)
        {
            case ShellList list:
                bool last = true;
                foreach (ShellNode inner in list.Nodes)
                {
                    last = Run(inner, isTested);

                    // Whether a shell goes on after a failure depends on -e.
                    if (!last && !isTested && inner is ShellCommand)
                        throw new ScriptBlockedException(inner.Line, "a command fails, as far as is known");
                }

                return last;
            case ShellChoice choice:
                return Run(choice.Left, true) == choice.IsAnd ? Run(choice.Right, isTested) : !choice.IsAnd;
            case ShellNot not:
                return !Run(not.Inner, true);
            case ShellIf @if:
                return Run(@if.Condition, true) ? Run(@if.Then, isTested) : @if.Else is null || Run(@if.Else, isTested);
            case ShellCase @case:
                return RunCase(@case, isTested);
            case ShellFunction function:
                _functions[function.Name] = function.Body;
                return true;
            case ShellCommand command:
                return RunCommand(command, isTested);
            default:
                throw new ScriptBlockedException(node.Line, $"{((ShellOther)node).Kind} is not followed");
        }
    }

    private bool RunCase(ShellCase @case, bool isTested)
    {
        string value = One(@case.Value, @case.Line);
        foreach ((IReadOnlyList<ShellWord> patterns, ShellNode body) in @case.Branches)
        {
            foreach (ShellWord pattern in patterns)
            {
                string text = One(pattern, @case.Line);
                if (text.AsSpan().ContainsAny('[', '\\'))
                    throw new ScriptBlockedException(@case.Line, $"the pattern {pattern.Text} is not followed");
                if (text == "*" || FileSystemName.MatchesSimpleExpression(text, value, ignoreCase: false))
                    return Run(body, isTested);
            }
        }

        return true;
    }

    private bool RunCommand(ShellCommand command, bool isTested)
    {
        string[] words = [.. command.Words.SelectMany(word => Many(word, command.Line))];
        if (words.Length == 0)
        {
            foreach ((string name, ShellWord value) in command.Assignments)
                _variables[name] = One(value, command.Line);
            return command.IsWriting ? throw new ScriptBlockedException(command.Line, "it writes a file") : true;
        }

        if (command.IsWriting)
            throw new ScriptBlockedException(command.Line, $"'{words[0]}' writes or reads a file");
        if (!_functions.TryGetValue(words[0], out ShellNode? function))
            return Do(words, command, isTested);
        if (++_depth > 50)
            throw new ScriptBlockedException(command.Line, "functions call each other for long");
        string[] outer = _arguments;
        _arguments = words[1..];
        bool succeeds = Run(function, isTested);
        (_arguments, _depth) = (outer, _depth - 1);
        return succeeds;
    }

    private bool Do(string[] words, ShellCommand command, bool isTested)
    {
        switch (words[0])
        {
            case ":" or "true":
            case "echo" or "printf" or "umask":
            case "set" when words.Skip(1).All(word => word is ['-' or '+', .. var flags]
                && flags.All(flag => "eux".Contains(flag, StringComparison.Ordinal))):
                return true;
            case "false":
                return false;
            case "exit":
                throw new ScriptExit(words.Length < 2 || words[1] == "0");
            case "export" when words.Length == 2 && words[1].Split('=', 2) is [var name, var value]:
                _variables[name] = value;
                return true;
            case "export" or "local" or "readonly" or "unset" when words.Skip(1).All(word => !word.Contains('=', StringComparison.Ordinal)):
                return true;
            case "shift" when words.Length == 1 && _arguments.Length > 0:
                _arguments = _arguments[1..];
                return true;
            case "[" when words[^1] == "]":
                return new ScriptTest(files, command.Line).Evaluate(words[1..^1]);
            case "test":
                return new ScriptTest(files, command.Line).Evaluate(words[1..]);
            case "command" when words is [_, "-v", var program]:
                return HasProgram(program, command.Line);
            case "which" when words is [_, var program]:
                return HasProgram(program, command.Line);
            default:
                return new ScriptPrograms(files, state, script, _arguments).Run(words, _effects)
                    ?? throw new ScriptBlockedException(command.Line, string.Join(' ', words) + (isTested ? ", whose outcome counts," : "")
                        + " must run");
        }
    }

    private bool HasProgram(string name, int line)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return new ScriptTest(files, line).Evaluate(["-x", name]);
        return Array.Exists((string[])["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"], folder =>
            files.Find($"{folder}/{name}", true) is { Type: TreeEntryType.File, Mode: var mode } && (mode & 0x49) != 0);
    }

    // A word that is one, whatever is in it.
    private string One(ShellWord word, int line) => string.Concat(word.Parts.Select(part => Expand(part, word, line)));

    // A word that may be several, or none.
    private IEnumerable<string> Many(ShellWord word, int line)
    {
        if (word.Parts is [{ Kind: ShellWordKind.Variable, Text: "@" }])
            return _arguments;
        string text = One(word, line);
        bool isPlain = word.Parts.All(part => part.IsQuoted);
        foreach (ShellWordPart part in word.Parts.Where(part => !part.IsQuoted))
        {
            string value = Expand(part, word, line);
            bool isSplit = part.Kind == ShellWordKind.Variable && value.AsSpan().ContainsAny(' ', '\t', '\n');
            if (isSplit || (value.AsSpan().ContainsAny('*', '?') && value is not ("?" or "*")))
                throw new ScriptBlockedException(line, $"{word.Text} may be several words");
        }

        return text.Length == 0 && !isPlain ? [] : [text];
    }

    private string Expand(ShellWordPart part, ShellWord word, int line)
    {
        if (part.Kind == ShellWordKind.Text)
            return part is { IsQuoted: false } && part.Text.StartsWith('~')
                ? throw new ScriptBlockedException(line, $"{word.Text} is a home") : part.Text;
        if (part.Kind == ShellWordKind.Unknown)
            throw new ScriptBlockedException(line, $"only a shell knows {part.Text}");
        string? value = int.TryParse(part.Text, out int number) && number > 0
            ? number <= _arguments.Length ? _arguments[number - 1] : ""
            : part.Text switch
            {
                "0" => $"/var/lib/dpkg/info/{package}.{script}",
                "#" => $"{_arguments.Length}",
                "@" or "*" => string.Join(' ', _arguments),
                _ => _variables.GetValueOrDefault(part.Text),
            };
        if (value is null && part.Default.Length == 0 && !word.Text.Contains(":-", StringComparison.Ordinal))
            throw new ScriptBlockedException(line, $"only the machine knows ${part.Text}");
        return string.IsNullOrEmpty(value) ? part.Default : value;
    }

    private sealed class ScriptExit(bool succeeds) : Exception
    {
        public bool Succeeds => succeeds;
    }
}
