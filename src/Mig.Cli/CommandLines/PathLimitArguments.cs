using System.CommandLine;
using System.CommandLine.Parsing;
using Mig.History.Revisions;

namespace Mig.Cli.CommandLines;

/// <summary>Parts what stands before <c>--</c> from the paths after it.</summary>
internal static class PathLimitArguments
{
    /// <param name="given">All arguments that are no options.</param>
    public static (string[] Before, List<PathSpec> Paths) Split(ParseResult arguments, string[] given)
    {
        int dashes = arguments.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Count();
        int pathCount = arguments.Tokens.Skip(dashes + 1).Count();
        return (given[..^pathCount], [.. given[^pathCount..].Select(path => PathArgument.Parse("HEAD:" + path).Path!)]);
    }
}
