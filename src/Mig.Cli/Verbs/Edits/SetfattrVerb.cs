using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

internal sealed class SetfattrVerb : EditVerb
{
    public const string Summary = "Sets and removes extended attributes of files of a version";

    private readonly Option<string> _name =
        new("--name", "-n") { Description = "The attribute to set, such as user.comment", HelpName = "NAME" };
    private readonly Option<string> _value =
        new("--value", "-v") { Description = "Its value: text, 0x and hexadecimal, or 0s and base 64", HelpName = "VALUE" };
    private readonly Option<string> _remove = new("--remove", "-x") { Description = "The attribute to remove", HelpName = "NAME" };

    public SetfattrVerb()
        : base("setfattr", Summary)
    {
        Add(_name, _value, _remove);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage =>
    [
        $"setfattr -n NAME [-v VALUE] {CommonUsage} BRANCH:/PATH [/PATH]...",
        $"setfattr -x NAME {CommonUsage} BRANCH:/PATH [/PATH]...",
    ];

    public override string Description => "A symbolic link is followed to what it names.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig setfattr -n user.origin -v build-42 HEAD:/srv/app", "sets an attribute"),
        ("mig setfattr -x security.capability HEAD:/usr/bin/ping", "takes capabilities away"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        var paths = EditPaths.Parse(Require(arguments, 1, "mig setfattr -n user.origin -v build-42 HEAD:/srv/app"));
        string? name = arguments.GetValue(_name), removed = arguments.GetValue(_remove);
        if (name is null == removed is null)
            throw new UsageException("say with -n which attribute to set, or with -x which one to remove");
        if (removed is not null)
            return Commit(arguments, session, paths, $"setfattr -x {removed}", path =>
                new RemoveAttributeOperation(path, RawArguments.Encode(removed)));
        byte[] value = AttributeValue.Parse(RawArguments.Encode(arguments.GetValue(_value) ?? ""));
        return Commit(arguments, session, paths, $"setfattr -n {name}", path =>
            new SetAttributeOperation(path, RawArguments.Encode(name!), value));
    }
}
