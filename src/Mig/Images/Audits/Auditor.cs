using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Inventories;
using Mig.Machines.Audits;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Images.Audits;

/// <summary>Looks for vulnerabilities and broken rules in versions of machines. For one thread.</summary>
public sealed class Auditor(Repository repository, AuditOptions options)
{
    private readonly InventoryReader _inventories = new(repository);
    private readonly BaselineFeeds _feeds =
        BaselineFeeds.Read(options?.Baseline is { } baseline ? [baseline] : [], new Dictionary<string, string>());

    /// <summary>The versions before those that were audited that are damaged, and so are in no history.</summary>
    public AnswerCoverage Coverage { get; } = new(repository);

    /// <summary>Audits what a revision names.</summary>
    /// <param name="volume">The volume with the operating system, without a path; null for the one that has it. When none has, the answer
    /// says that nothing was seen.</param>
    /// <exception cref="NotFoundException">There is no such revision, or no such volume.</exception>
    public AuditedImage Audit(string revision, PathSpec? volume = null, CancellationToken cancellation = default)
    {
        ImageId id = repository.Revisions.ResolveImage(revision);
        CommitId? commit = repository.Revisions.Resolve(revision).Kind == ObjectKind.Image ? null
            : repository.Revisions.ResolveCommit(revision);
        MachineImage image = repository.Objects.ReadImage(id);
        var coverage = new CoverageReader(repository.Store);
        if (volume is null && SystemVolume.FindDefault(repository.Store, image) is null)
            return new AuditedImage(revision, commit, id, 0, [], [], coverage.ReadWithout(image));
        ImageVolume root = new ImageBrowser(repository).Find(image, volume ?? PathSpec.Root, revision).Volume;
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        Inventory inventory = _inventories.Read(image, root, cancellation);
        IReadOnlyList<AuditFinding> findings = Match(inventory);
        if (options.WantsHistory && commit is { } tip)
            findings = FollowBack(tip, findings, cancellation);
        ImageCoverage seen = coverage.Read(image, root, files, isChosen: volume is not null).With(inventory.Warnings);
        IReadOnlyList<RuleFinding> rules =
            options.Baseline?.Check(new RuleSubject(inventory, files, Gap: null, _feeds)) ?? [];
        return new AuditedImage(revision, commit, id, inventory.Packages.Count, findings, rules, seen);
    }

    private IReadOnlyList<AuditFinding> Match(Inventory inventory) =>
        VulnerabilityMatch.Find(inventory, options.Feed, options.Ignored);

    // From the tip to the root: what a version has and the one after it has not was fixed in the latter.
    private List<AuditFinding> FollowBack(CommitId tip, IReadOnlyList<AuditFinding> open, CancellationToken cancellation)
    {
        List<AuditFinding> result = [.. open];
        var current = result.ToDictionary(finding => (finding.Key, finding.Version), _ => tip);
        HashSet<(string, PackageKind, string)> known = [.. open.Select(finding => finding.Key)], live = [.. known];
        CommitId next = tip;
        foreach (WalkedCommit commit in new CommitWalk(repository.Objects, Coverage.LeaveOut).Walk([tip], firstParentOnly: true).Skip(1))
        {
            cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<AuditFinding> findings = [];
            if (!Coverage.Try(VersionName.Of(commit.Id), () => findings = MatchCommit(commit, cancellation)))
                continue;
            HashSet<(string, PackageKind, string)> here = [.. findings.Select(finding => finding.Key)];
            foreach (AuditFinding finding in findings.Where(finding => known.Add(finding.Key)))
                result.Add(finding with { FixedIn = next });
            for (int i = 0; i < open.Count; i++)
            {
                if (live.Contains(open[i].Key) && here.Contains(open[i].Key))
                    current[(open[i].Key, open[i].Version)] = commit.Id;
            }

            live.IntersectWith(here);
            next = commit.Id;
        }

        return [.. result.Select((finding, i) =>
            i < open.Count ? finding with { Since = current[(finding.Key, finding.Version)] } : finding)];
    }

    // A version without a machine has no packages either.
    private IReadOnlyList<AuditFinding> MatchCommit(WalkedCommit commit, CancellationToken cancellation)
    {
        MachineImage image = repository.Objects.ReadImage(commit.Commit.Image);
        return new ImageBrowser(repository).FindDefaultVolume(image) is { } volume ? Match(_inventories.Read(image, volume, cancellation))
            : [];
    }
}
