using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class MkdirVerb : EditVerb
{
    public const string Summary = "Makes directories in a version";

    private readonly Option<bool> _parents =
        new("--parents", "-p") { Description = "Makes those on the way, too, and does not mind what is there" };
    private readonly SettingOptions _settings = new();

    public MkdirVerb()
        : base("mkdir", Summary)
    {
        Add(_parents);
        Add([.. _settings.Options]);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage =>
        [$"mkdir [-p] [--mode M] [--owner U[:G]] [--time T] {CommonUsage} BRANCH:/PATH [/PATH]..."];

    public override string Description => "New directories belong to root and have the mode 0755.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig mkdir -p HEAD:/srv/www/static", "makes a directory and those on the way"),
        ("mig mkdir --mode 0700 --owner app:app HEAD:/var/lib/app", "says who may enter"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        var paths = EditPaths.Parse(Require(arguments, 1, "mig mkdir -p HEAD:/srv/www"));
        NodeSettings settings = _settings.Read(arguments, session);
        return Commit(arguments, session, paths, "mkdir", path => new MakeDirectoryOperation(path, settings, arguments.GetValue(_parents)));
    }
}
