using Mig.Core;
using Mig.History.Images;
using Mig.Images.Inventories;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Images.Compliance;

/// <summary>Holds images against baselines. Equal images are looked at once. For one thread.</summary>
public sealed class ComplianceReader(Repository repository, IReadOnlyList<Baseline> baselines, BaselineFeeds feeds)
{
    private readonly InventoryReader _inventories = new(repository);
    private readonly Dictionary<ImageId, (IReadOnlyList<RuleResult> Rules, ImageCoverage Coverage)> _known = [];

    /// <summary>Looks at an image. What was not seen makes a rule unknown, where it could change the answer.</summary>
    /// <param name="name">How the user called it.</param>
    public ImageCompliance Read(string name, CommitId? commit, ImageId image, CancellationToken cancellation = default)
    {
        if (!_known.TryGetValue(image, out (IReadOnlyList<RuleResult> Rules, ImageCoverage Coverage) found))
            _known.Add(image, found = Judge(repository.Objects.ReadImage(image), cancellation));
        return new ImageCompliance(name, commit, image, found.Rules, found.Coverage);
    }

    /// <summary>Opens the machine of an image, as the rules see it; null when none was found.</summary>
    internal RuleSubject? Open(MachineImage image, out ImageCoverage coverage, CancellationToken cancellation)
    {
        var reader = new CoverageReader(repository.Store);
        if (SystemVolume.FindDefault(repository.Store, image) is not { } root)
        {
            coverage = reader.ReadWithout(image);
            return null;
        }

        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        Inventory inventory = _inventories.Read(image, root, cancellation);
        coverage = reader.Read(image, root, files, isChosen: false).With(inventory.Warnings);
        return new RuleSubject(inventory, files, coverage, feeds);
    }

    private (IReadOnlyList<RuleResult> Rules, ImageCoverage Coverage) Judge(MachineImage image, CancellationToken cancellation)
    {
        RuleSubject? machine = Open(image, out ImageCoverage coverage, cancellation);

        // Where it is not clear which system is meant, nothing is known of it.
        string? blind = coverage.Gaps.FirstOrDefault(part => part.Kind == UnseenKind.System)?.Sentence;
        return ([.. baselines.SelectMany(baseline => baseline.Rules.Select(rule => new RuleResult(baseline, rule,
            machine is null || blind is not null ? RuleAnswer.Unknown(blind ?? "nothing of it was seen") : rule.Judge(machine))))],
                coverage);
    }
}
