using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

internal sealed class LnVerb : EditVerb
{
    public const string Summary = "Makes links in a version";

    private readonly Option<bool> _symbolic = new("--symbolic", "-s") { Description = "Makes a symbolic link; TARGET is its text" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Replaces what has that name and is no directory" };
    private readonly Option<bool> _exact =
        new("--no-dereference", "-n") { Description = "Takes PATH for the new name even when a directory stands there" };

    public LnVerb()
        : base("ln", Summary, "TARGET")
    {
        Add(_symbolic, _force, _exact);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"ln [-s] [-f] [-n] {CommonUsage} TARGET BRANCH:/PATH"];

    public override string Description =>
        "When PATH is a directory, the link is made in it, under the name of TARGET. A hard link names a file of the same volume.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig ln -s ../sites-available/app HEAD:/etc/nginx/sites-enabled/app", "makes a symbolic link"),
        ("mig ln /usr/bin/vim.basic HEAD:/usr/local/bin/vim", "gives a file one more name"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig ln -s ../usr/share/zoneinfo/UTC HEAD:/etc/localtime");
        if (given.Length > 2)
            throw new UsageException($"'{given[2]}' is one argument too many; one link is made");
        bool isSymbolic = arguments.GetValue(_symbolic);
        EditPaths link = EditPaths.Parse(given[1..]);
        PathSpec place = link.Places[0];
        ReadOnlyMemory<byte> target = isSymbolic ? RawArguments.Encode(given[0]) : FindTarget(given, link.Revision, place);
        return Commit(arguments, session, link, isSymbolic ? $"ln -s {given[0]}" : $"ln {given[0]}", path =>
            new LinkOperation(path, target, isSymbolic, arguments.GetValue(_force), arguments.GetValue(_exact)));
    }

    private static ReadOnlyMemory<byte> FindTarget(string[] given, string revision, PathSpec place)
    {
        string first = given[0].StartsWith('/') || given[0].StartsWith('@') ? $"{revision}:{given[0]}" : given[0];
        EditPaths target = EditPaths.Parse([first]);
        if (target.Revision != revision)
            throw new UsageException($"'{given[0]}' is on another branch than '{given[1]}'; 'mig extract' and 'mig put' copy a file");
        PathSpec found = target.Places[0];
        return found.Disk == place.Disk && found.Partition == place.Partition
            ? found.Path
            : throw new UsageException("a hard link stays on its volume; -s makes a symbolic one");
    }
}
