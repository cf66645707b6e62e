using System.CommandLine;
using Mig.Care.Maintenance;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;

namespace Mig.Cli.Verbs;

internal sealed class GcVerb : Verb
{
    public const string Summary = "Removes what nothing leads to any more, and stores the rest smaller";

    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Says what would be removed, and removes nothing" };
    private readonly Option<string> _prune =
        new("--prune") { Description = "Removes what was stored before this time; never keeps all (2.weeks.ago)", HelpName = "TIME" };
    private readonly Option<string> _expire =
        new("--expire-logs") { Description = "Forgets moves of refs before this time (90.days.ago)", HelpName = "TIME" };
    private readonly Option<bool> _full = new("--full") { Description = "Writes packs anew for the last byte of garbage" };
    private readonly Option<bool> _noRepack = new("--no-repack") { Description = "Leaves contents compressed as they are" };

    public GcVerb()
        : base("gc", Summary) => Add(_dryRun, _prune, _expire, _full, _noRepack);

    public override IReadOnlyList<string> Usage => ["gc [--dry-run] [--prune=TIME] [--expire-logs=TIME] [--full] [--no-repack] [--json]"];

    public override string Description =>
        "What a branch, a tag, HEAD or one of their reflogs leads to stays. All else stays for two weeks, because a push or\n"
        + "commit that was cut off may go on with it. Commits, pushes and reads may go on meanwhile.\n"
        + "A commit compresses fast; gc compresses well what it left, once, at the level gc.compression (12; 0 for never).";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig gc", "tidies up"),
        ("mig gc -n --prune=now", "says how much could be removed"),
        ("mig gc --prune=now --expire-logs=now", "removes everything that no branch, tag or HEAD leads to"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        CollectionSettings settings = new(session.Repository);
        CollectionOptions options = settings.Read(arguments.GetValue(_prune), arguments.GetValue(_expire)) with
        {
            DryRun = arguments.GetValue(_dryRun),
        };
        if (arguments.GetValue(_full))
            options = options with { GarbageTolerated = 0 };
        if (arguments.GetValue(_noRepack))
            options = options with { Repack = null };
        CollectionText.Run(options, session);
        return ExitCode.Success;
    }
}
