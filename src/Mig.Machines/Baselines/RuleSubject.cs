using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Machines.Baselines;

/// <summary>A machine that rules are held against.</summary>
/// <param name="Gap">What was not seen of it, in a sentence; null when nothing is missing that could change an answer.</param>
/// <param name="Feeds">The feeds that rules name.</param>
internal sealed record RuleSubject(Inventory Inventory, MachineFiles Files, string? Gap, BaselineFeeds Feeds)
{
    public RuleSubject(Inventory inventory, MachineFiles files, ImageCoverage coverage, BaselineFeeds feeds)
        : this(inventory, files, coverage.Gaps.FirstOrDefault()?.Sentence, feeds)
    {
    }
}
