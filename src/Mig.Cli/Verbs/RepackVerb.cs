using System.CommandLine;
using Mig.Care.Maintenance;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Core.Zstd;

namespace Mig.Cli.Verbs;

internal sealed class RepackVerb : Verb
{
    public const string Summary = "Compresses all contents anew, at a high level";

    private readonly Option<int?> _level = new("--level")
    {
        HelpName = "N",
        Description = "zstd's level, 1 to 19; what has this level or a higher one stays (gc.compression, 12)",
    };

    private readonly Option<string> _budget =
        new("--budget") { HelpName = "TIME", Description = "Ends after this time, such as 90s, 10m or 2h; the next run goes on" };

    public RepackVerb()
        : base("repack", Summary) => Add(_level, _budget);

    public override IReadOnlyList<string> Usage => ["repack [--level N] [--budget TIME] [--json]"];

    public override string Description =>
        "'mig gc' does this for packs of 16 MiB and more; repack does it for all, and removes nothing. Needs space for a second copy of\n"
        + "what it compresses until it is done. It may be killed and run again, beside commits, pushes and reads.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig repack", "compresses what is not compressed well yet"),
        ("mig repack --level 19 --budget 8h", "as small as it gets, one night at a time"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        RepackOptions repack = new CollectionSettings(session.Repository).Read("never", "never").Repack ?? new RepackOptions();
        if (arguments.GetValue(_level) is { } level)
        {
            if (level is < ZstdCodec.MinLevel or > ZstdCodec.MaxLevel)
                throw new UsageException($"--level is {level}, {ZstdCodec.MinLevel} to {ZstdCodec.MaxLevel} allowed");
            repack = repack with { Level = level };
        }

        if (arguments.GetValue(_budget) is { } budget)
            repack = repack with { Budget = DurationText.Parse(budget) };
        CollectionText.Run(new CollectionOptions { GarbageTolerated = 100, Repack = repack with { SmallestPack = 0 } }, session);
        return ExitCode.Success;
    }
}
