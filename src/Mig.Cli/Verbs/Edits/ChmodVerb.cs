using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class ChmodVerb : EditVerb
{
    public const string Summary = "Changes modes of files of a version";

    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Changes all that is below, too" };

    public ChmodVerb()
        : base("chmod", Summary, "MODE")
    {
        Add(_recursive);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"chmod [-R] {CommonUsage} MODE BRANCH:/PATH [/PATH]..."];

    public override string Description =>
        "MODE is octal (0644) or symbolic (u+x,go-w), as for chmod; without a who, a umask of 022 counts. Write a-x for -x.\n"
        + "A symbolic link is followed to what it names.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig chmod 0600 HEAD:/etc/ssh/ssh_host_rsa_key", "sets a mode"),
        ("mig chmod -R go-w,a+X web:/srv/www", "takes rights away, and lets everybody into directories"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig chmod 0600 HEAD:/etc/app/key.pem");
        ModeChange mode = ModeChange.Parse(given[0]);
        return Commit(arguments, session, EditPaths.Parse(given[1..]), $"chmod {mode}", path =>
            new ChangeModeOperation(path, mode, arguments.GetValue(_recursive)));
    }
}
