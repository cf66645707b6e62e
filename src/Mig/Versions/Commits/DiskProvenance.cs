using Mig.History.Commits;
using Mig.Images.Ingest;

namespace Mig.Versions.Commits;

/// <summary>The lines that a commit keeps of where each disk came from (docs/format.md, "Commits").</summary>
public static class DiskProvenance
{
    /// <summary>Of a disk that was written to while a commit read it.</summary>
    public const string Changed = "changed while it was read";

    /// <summary>Of a disk that somebody could write to while a commit read it.</summary>
    public const string InUse = "in use while it was read";

    private const string Discarded = " free bytes discarded";
    private const string From = " from ";
    private const string NotKept = ": not kept of its container: ";
    private const string NotKeptEnd = "."; // what a stranger called something is never the end of a line

    internal static IEnumerable<string> Of(DiskReport report)
    {
        string name = report.Name.ReplaceLineEndings(" ");
        string disturbance = report.Disturbance.Length > 0 ? $", {report.Disturbance}" : "", discarded = report.DiscardedBytes > 0
            ? $", {report.DiscardedBytes}{Discarded}" : "";
        yield return $"disk {name}{From}{report.Format}{disturbance}{discarded}";
        foreach (string extra in report.Extras)
            yield return $"disk {name}{NotKept}{extra.ReplaceLineEndings(" ")}{NotKeptEnd}";
    }

    /// <summary>Tells whether free space was left out of a version, so that only the rest of a disk can be compared with it.</summary>
    internal static bool HasDiscarded(Commit commit) => commit.Provenance.Any(line => line.EndsWith(Discarded, StringComparison.Ordinal));

    /// <summary>
    /// Returns the lines that say what a version does not have: of disks that were not at rest, so that what is kept of them may be half
    /// the old and half the new, and of containers that had more than a disk.
    /// </summary>
    public static IEnumerable<string> FindNotes(Commit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return commit.Provenance.Where(line => line.EndsWith(NotKeptEnd, StringComparison.Ordinal)
            ? line.Contains(NotKept, StringComparison.Ordinal)
            : line.Contains($", {Changed}", StringComparison.Ordinal) || line.Contains($", {InUse}", StringComparison.Ordinal));
    }

    /// <summary>Returns the container that a disk of a version came in; null when the version does not say.</summary>
    public static string? FindFormat(Commit commit, string disk)
    {
        ArgumentNullException.ThrowIfNull(commit);
        string start = $"disk {disk.ReplaceLineEndings(" ")}{From}";
        return commit.Provenance.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..].Split(',')[0];
    }

    /// <summary>Returns what the container of a disk of a version had beyond the disk.</summary>
    public static IReadOnlyList<string> FindExtras(Commit commit, string disk)
    {
        ArgumentNullException.ThrowIfNull(commit);
        string start = $"disk {disk.ReplaceLineEndings(" ")}{NotKept}";
        return [.. commit.Provenance.Where(line => line.StartsWith(start, StringComparison.Ordinal))
            .Select(line => line[start.Length..^NotKeptEnd.Length])];
    }
}
