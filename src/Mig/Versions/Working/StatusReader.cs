using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Versions.Compare;

namespace Mig.Versions.Working;

/// <summary>Finds out where a repository stands, and what on its disks is not committed.</summary>
public sealed class StatusReader(Repository repository)
{
    /// <summary>Compares disks with a version.</summary>
    /// <param name="disks">The disks of one machine; when there are none, those that HEAD's commit was made from.</param>
    /// <param name="against">The version.</param>
    /// <remarks>After a comparison that read everything and found nothing, the next one can be quick.</remarks>
    public DiskStatus Read(IReadOnlyList<string> disks, string against, WorkingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(options);
        Head head = repository.Refs.ReadHead();
        var upstreams = new Upstreams(repository);
        UpstreamBranch? upstream = head.Branch is { } branch ? upstreams.Find(branch) : null;
        AheadBehind? apart = upstream is null ? null : upstreams.Compare(upstream);
        var chooser = new SideChooser(repository, repository.Context);
        IReadOnlyList<string>? chosen = disks.Count > 0 ? disks : chooser.FindDisks();
        if (chosen is null || (head.IsUnborn && against == RefName.Head.Value))
            return new DiskStatus(head, upstream, apart, null, null, []);
        ComparedSides sides = chooser.Open(against, chosen, false, options, cancellation);
        try
        {
            ImageComparison files = sides.Compare([]);
            IReadOnlyList<DiskComparison> outside = sides.CompareDisks(files, cancellation);
            if (sides.DisksAfter!.Reports.Sum(report => report.TrustedBytes) == 0)
                sides.DisksAfter.Remember(repository);
            return new DiskStatus(head, upstream, apart, sides, files, outside);
        }
        catch
        {
            sides.Dispose();
            throw;
        }
    }
}
