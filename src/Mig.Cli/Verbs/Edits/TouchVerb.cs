using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class TouchVerb : EditVerb
{
    public const string Summary = "Sets times of files of a version, or makes empty ones";

    private readonly Option<string> _date = new("--date", "-d") { Description = "Sets this time instead of now", HelpName = "T" };
    private readonly Option<bool> _noCreate = new("--no-create") { Description = "Makes no file" };

    public TouchVerb()
        : base("touch", Summary)
    {
        Add(_date, _noCreate);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"touch [-d T] [--no-create] {CommonUsage} BRANCH:/PATH [/PATH]..."];

    public override string Description =>
        "A time is written as '2026-01-31 12:00:00Z', @SECONDS or '2 days ago'. New files belong to root and have the mode 0644.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig touch HEAD:/etc/cloud/cloud-init.disabled", "makes an empty file"),
        ("mig touch -d @1700000000 HEAD:/etc/hostname", "sets a time"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        var paths = EditPaths.Parse(Require(arguments, 1, "mig touch HEAD:/etc/cloud/cloud-init.disabled"));
        Timestamp? time = arguments.GetValue(_date) is { } date ? EditTime.Parse(date, session.Context.Clock) : null;
        return Commit(arguments, session, paths, "touch", path => new TouchOperation(path, time, !arguments.GetValue(_noCreate)));
    }
}
