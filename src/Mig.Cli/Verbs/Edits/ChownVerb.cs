using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class ChownVerb : EditVerb
{
    public const string Summary = "Changes owners of files of a version";

    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Changes all that is below, too" };
    private readonly Option<bool> _link = new("--no-dereference") { Description = "Changes a symbolic link itself" };

    public ChownVerb()
        : base("chown", Summary, "OWNER")
    {
        Add(_recursive, _link);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"chown [-R] [--no-dereference] {CommonUsage} USER[:GROUP] BRANCH:/PATH [/PATH]..."];

    public override string Description =>
        "Names are looked up in the image's own /etc/passwd and /etc/group; numbers are taken as they are. USER: stands for\n"
        + "the user's login group; :GROUP leaves the user. Set-id bits and capabilities of files go, as the kernel has it.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig chown www-data:www-data HEAD:/srv/www", "gives a directory to a user of the image"),
        ("mig chown -R 1000:1000 web:/home/app", "gives a tree to numbers"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig chown www-data:www-data HEAD:/srv/www");
        OwnerName owner = OwnerName.Parse(given[0]);
        return Commit(arguments, session, EditPaths.Parse(given[1..]), $"chown {given[0]}", path =>
            new ChangeOwnerOperation(path, owner, arguments.GetValue(_recursive), arguments.GetValue(_link)));
    }
}
