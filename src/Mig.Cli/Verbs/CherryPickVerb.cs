using System.CommandLine;
using Mig.Versions.Merging;

namespace Mig.Cli.Verbs;

internal sealed class CherryPickVerb : PickVerb
{
    public const string Summary = "Carries the changes of some versions to the current branch";

    private readonly Option<bool> _origin;

    public CherryPickVerb()
        : this(new Option<bool>("-x") { Description = "Says in the message which version it comes from" })
    {
    }

    private CherryPickVerb(Option<bool> origin)
        : base("cherry-pick", Summary, origin) => _origin = origin;

    public override IReadOnlyList<string> Usage =>
        ["cherry-pick [-x] [-m N] [-X SIDE] [--ours PATH]... [--theirs PATH]... [--dry-run] [--json] REV..."];

    public override string Description =>
        "Repeats what each version changed against the one before it, in the order given. All of it happens, or none: with\n"
        + "conflicts nothing changes, and the exit code is 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig cherry-pick security", "carries over what the last version of security changed"),
        ("mig cherry-pick -x v1.1", "the same for v1.1, and says so in the message"),
    ];

    protected override PickRequest Complete(PickRequest request, ParseResult arguments) =>
        request with { SaysOrigin = arguments.GetValue(_origin) };
}
