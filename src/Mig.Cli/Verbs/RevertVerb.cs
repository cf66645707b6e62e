using System.CommandLine;
using Mig.Versions.Merging;

namespace Mig.Cli.Verbs;

internal sealed class RevertVerb : PickVerb
{
    public const string Summary = "Takes the changes of some versions back, with new versions";

    public RevertVerb()
        : base("revert", Summary)
    {
    }

    public override IReadOnlyList<string> Usage =>
        ["revert [-m N] [-X SIDE] [--ours PATH]... [--theirs PATH]... [--dry-run] [--json] REV..."];

    public override string Description =>
        "Undoes what each version changed against the one before it, in the order given; the history stays. All of it happens,\n"
        + "or none: with conflicts nothing changes, and the exit code is 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig revert HEAD", "takes back what the last version changed"),
        ("mig revert -m 1 HEAD~2", "takes a merge back, as seen from its first parent"),
    ];

    protected override PickRequest Complete(PickRequest request, ParseResult arguments) => request with { Reverts = true };
}
