using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

internal sealed class MvVerb : EditVerb
{
    public const string Summary = "Moves and renames files of a version";

    public MvVerb()
        : base("mv", Summary)
    {
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"mv {CommonUsage} BRANCH:/OLD... /NEW"];

    public override string Description =>
        "NEW is a directory that is there, or a new name; a file of that name is replaced. Nothing moves from volume to volume.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig mv HEAD:/etc/motd /etc/motd.old", "renames a file of the current branch"),
        ("mig mv HEAD:/srv/a /srv/b /srv/old/", "moves two files into a directory"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig mv HEAD:/etc/motd /etc/motd.old");
        var paths = EditPaths.Parse(given);
        PathSpec target = paths.Places[^1];
        List<PathSpec> sources = [.. paths.Places.Take(paths.Places.Count - 1)];
        if (sources.Any(source => source.Disk != target.Disk || source.Partition != target.Partition))
            throw new UsageException("nothing can be moved from one volume to another; put it there and remove it here");
        return Commit(arguments, session, paths.Revision, target, $"mv {EditPaths.Describe(paths.Places)}", changes =>
        {
            bool isInto = sources.Count > 1 || EditPaths.IsDirectory(given[^1]);
            foreach (PathSpec source in sources)
                changes.Run(new PlacedOperation(target, new MoveOperation(source.Path, target.Path, isInto)));
        });
    }
}
