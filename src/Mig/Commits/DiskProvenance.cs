using Mig.History.Commits;
using Mig.Ingest;

namespace Mig.Commits;

/// <summary>The line that a commit keeps of where each disk came from.</summary>
public static class DiskProvenance
{
    /// <summary>Of a disk that was written to while a commit read it.</summary>
    public const string Changed = "changed while it was read";

    /// <summary>Of a disk that somebody could write to while a commit read it.</summary>
    public const string InUse = "in use while it was read";

    private const string Discarded = " free bytes discarded";

    internal static string Of(DiskReport report) =>
        $"disk {report.Name.ReplaceLineEndings(" ")} from {report.Format}{(report.Disturbance.Length > 0 ? $", {report.Disturbance}" : "")}{(report.DiscardedBytes > 0 ? $", {report.DiscardedBytes}{Discarded}" : "")}";

    /// <summary>Tells whether free space was left out of a version, so that only the rest of a disk can be compared with it.</summary>
    internal static bool HasDiscarded(Commit commit) => commit.Provenance.Any(line => line.EndsWith(Discarded, StringComparison.Ordinal));

    /// <summary>Returns the lines of the disks of a version that were not at rest, so that what is kept of them may be half the old and half the new.</summary>
    public static IEnumerable<string> FindDisturbed(Commit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return commit.Provenance.Where(line => line.Contains($", {Changed}", StringComparison.Ordinal) || line.Contains($", {InUse}", StringComparison.Ordinal));
    }
}
