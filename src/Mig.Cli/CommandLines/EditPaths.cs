using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.CommandLines;

/// <summary>The places that a verb changes: all of one branch, named with the first (<c>HEAD:/a /b @2/c</c>).</summary>
/// <param name="Revision">The branch.</param>
/// <param name="Places">At least one.</param>
internal sealed record EditPaths(string Revision, IReadOnlyList<PathSpec> Places)
{
    /// <summary>Reads places, the first of which names the branch.</summary>
    public static EditPaths Parse(IReadOnlyList<string> arguments)
    {
        (string revision, PathSpec? first) = PathArgument.Parse(arguments[0]);
        if (first is null)
            throw new UsageException($"'{arguments[0]}' names no branch and path; write BRANCH:/PATH, as in HEAD:/etc/hostname");
        var places = new List<PathSpec> { first };
        foreach (string argument in arguments.Skip(1))
            places.Add(ParseNext(argument, revision));
        return new EditPaths(revision, places);
    }

    /// <summary>Whether a place was written with a slash at its end: it is a directory.</summary>
    public static bool IsDirectory(string argument) => argument.EndsWith('/');

    /// <summary>What a place is called in a message, without the branch.</summary>
    public static string Describe(IEnumerable<PathSpec> places) => string.Join(' ', places.Select(place => place.ToString()));

    private static PathSpec ParseNext(string argument, string revision)
    {
        if (argument.StartsWith('/') || argument.StartsWith('@') && !argument.Contains(':', StringComparison.Ordinal))
            return PathArgument.Parse(":" + argument).Path!;
        (string other, PathSpec? place) = PathArgument.Parse(argument);
        if (place is null)
            throw new UsageException($"'{argument}' is no path of the image; it begins with /, or with @2/ for partition 2");
        return other == revision ? place
            : throw new UsageException($"'{argument}' is on another branch than '{revision}:'; one commit is on one");
    }
}
