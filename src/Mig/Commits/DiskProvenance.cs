using Mig.History.Commits;
using Mig.Ingest;

namespace Mig.Commits;

/// <summary>The line that a commit keeps of where each disk came from.</summary>
internal static class DiskProvenance
{
    private const string Discarded = " free bytes discarded";

    public static string Of(DiskReport report) =>
        $"disk {report.Name.ReplaceLineEndings(" ")} from {report.Format}{(report.DiscardedBytes > 0 ? $", {report.DiscardedBytes}{Discarded}" : "")}";

    /// <summary>Tells whether free space was left out of a version, so that only the rest of a disk can be compared with it.</summary>
    public static bool HasDiscarded(Commit commit) => commit.Provenance.Any(line => line.EndsWith(Discarded, StringComparison.Ordinal));
}
