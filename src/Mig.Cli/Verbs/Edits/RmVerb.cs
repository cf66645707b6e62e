using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class RmVerb : EditVerb
{
    public const string Summary = "Removes files of a version";

    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Removes directories with all that is in them" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Says nothing of what is not there" };

    public RmVerb()
        : base("rm", Summary)
    {
        Add(_recursive, _force);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"rm [-r] [-f] {CommonUsage} BRANCH:/PATH [/PATH]..."];

    public override string Description =>
        "Older versions keep the files. The disk keeps what stood in their blocks, too, as a machine would; the blocks are free.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig rm HEAD:/etc/motd", "removes a file from the current branch"),
        ("mig rm -r web:/var/cache/apt /tmp/build", "removes two directories from the branch web"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        var paths = EditPaths.Parse(Require(arguments, 1, "mig rm HEAD:/etc/motd"));
        return Commit(arguments, session, paths, "rm", path =>
            new RemoveOperation(path, arguments.GetValue(_recursive), arguments.GetValue(_force)));
    }
}
