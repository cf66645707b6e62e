using System.CommandLine;
using System.CommandLine.Parsing;

namespace Mig.Cli.CommandLines;

/// <summary>The command that was given, to be given again with one more choice, so that choices add up.</summary>
internal sealed class AgainCommand
{
    private readonly List<string> _words = [];
    private readonly int _verbEnd;

    /// <param name="words">The verb, and what follows it.</param>
    public AgainCommand(params IEnumerable<string> words)
    {
        _words = [.. words];
        _verbEnd = 1;
    }

    /// <param name="leftOut">Options that only show something: the command is to do its work.</param>
    public AgainCommand(ParseResult arguments, params Option[] leftOut)
    {
        for (int i = 0; i < arguments.Tokens.Count; i++)
        {
            Token token = arguments.Tokens[i];
            if (token.Type == TokenType.Option
                && Array.Find(leftOut, option => option.Name == token.Value || option.Aliases.Contains(token.Value)) is { } option)
                i += option.ValueType == typeof(bool) ? 0 : 1;
            else if (token.Value != "--json")
                _words.Add(token.Value);
            if (token.Type == TokenType.Command && _verbEnd == 0)
                _verbEnd = _words.Count;
        }
    }

    public string Verb => _words[_verbEnd - 1];

    /// <summary>Returns the command as a shell reads it.</summary>
    public string Taking(string option, string path) => string.Join(
        ' ', ((IEnumerable<string>)["mig", .. _words[.._verbEnd], option, path, .. _words[_verbEnd..]]).Select(ShellWord.Quote));
}
