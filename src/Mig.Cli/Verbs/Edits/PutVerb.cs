using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

internal sealed class PutVerb : EditVerb
{
    public const string Summary = "Puts files and folders of this machine into a version";

    private readonly Option<bool> _archive =
        new("--archive", "-a") { Description = "Takes over owners, whole modes and extended attributes, too" };
    private readonly Option<bool> _parents = new("--parents", "-p") { Description = "Makes the directories on the way that are missing" };
    private readonly SettingOptions _settings = new();

    public PutVerb()
        : base("put", Summary, "SRC")
    {
        Add(_archive, _parents);
        Add([.. _settings.Options]);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage =>
        [$"put [-a] [-p] [--mode M] [--owner U[:G]] [--time T] {CommonUsage} SRC... BRANCH:/PATH"];

    public override string Description =>
        "As with cp -r, PATH is a directory that is there, or a new name; SRC/. is what is in a folder, and '-' is standard\n"
        + "input. New files belong to root, with the mode and time of the source; a file that is replaced keeps its owner,\n"
        + "mode and other names. Folders that are there are merged with. Names of owners are those of the image.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig put sshd_config HEAD:/etc/ssh/", "replaces a file of the current branch in a new commit"),
        ("mig put -p site/. web:/srv/www", "puts what is in a folder into one of the branch web"),
        ("mig put --mode 0600 --owner app:app key.pem HEAD:/etc/app/", "says who may read it"),
        ("echo web07 | mig put - HEAD:/etc/hostname -m 'rename the host'", "writes a file from standard input"),
        ("mig put -b patched fix.so v1:/usr/lib/ --dry-run", "shows what would change on a new branch"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig put sshd_config HEAD:/etc/ssh/");
        string[] sources = given[..^1];
        EditPaths target = EditPaths.Parse(given[^1..]);
        PathSpec place = target.Places[0];
        NodeSettings settings = _settings.Read(arguments, session);
        bool isInto = sources.Length > 1 || EditPaths.IsDirectory(given[^1]), makesParents = arguments.GetValue(_parents);
        foreach (string source in sources)
        {
            if (source != "-" && LibC.LookAt(source) == FileType.Missing)
                throw new NotFoundException($"{source} does not exist on this machine");
        }

        if (sources.Contains("-"))
            return PutInput(arguments, session, sources, target,
                new WriteOperation(place.Path, new BytesContent(default), settings, makesParents), isInto);
        return Commit(arguments, session, target.Revision, place, $"put {string.Join(' ', sources.Select(Path.GetFileName))} into {place}",
            changes =>
        {
            foreach (string source in sources)
                changes.Run(new PlacedOperation(
                    place, new PutOperation(place.Path, source, settings, arguments.GetValue(_archive), makesParents, isInto)));
        });
    }

    private int PutInput(ParseResult arguments, Session session, string[] sources, EditPaths target, WriteOperation write, bool isInto)
    {
        if (sources.Length > 1 || isInto)
            throw new UsageException(
                "standard input is one file and has no name; say the whole path, as in 'mig put - HEAD:/etc/hostname'");
        if (arguments.GetValue(_archive))
            throw new UsageException("standard input has no owner or mode to take over; use --owner and --mode");
        using var input = SpooledInput.Read(session);
        return Commit(arguments, session, target.Revision, target.Places[0], $"put {target.Places[0]}", changes =>
            changes.Run(new PlacedOperation(target.Places[0], write with { Content = new HostFileContent(input.Path) })));
    }
}
