using Mig.Core;
using Mig.Disks;
using Mig.Versions.Commits;

namespace Mig.Images.Ingest;

/// <summary>
/// Watches that disks are at rest while they are read: a machine that runs writes here and there, and what is read of its disk was never on
/// it at one time.
/// </summary>
/// <param name="disks">Open, and nothing of their content read yet.</param>
internal sealed class DiskRest(IReadOnlyList<DiskImage> disks)
{
    private const string Advice =
        "Stop the machine that writes to it, or take a snapshot and commit that; --allow-changing takes the disk as it is, and notes it "
        + "in the commit";

    private readonly string?[] _uses = [.. disks.Select(disk => disk.FindUse())];

    /// <exception cref="ConflictException">A disk is in use.</exception>
    public void CheckUnused()
    {
        if (Array.Find(_uses, use => use is not null) is { } use)
            throw new ConflictException($"{use}. {Advice}");
    }

    /// <exception cref="ChangedFileException">A file of a disk was written to since it was opened.</exception>
    public void CheckUnchanged()
    {
        foreach (DiskImage disk in disks)
        {
            if (disk.FindChange() is var (path, change))
                throw new ChangedFileException(path, change, Advice);
        }
    }

    /// <summary>Returns a report that says how its disk was not at rest.</summary>
    public DiskReport Note(DiskReport report, int index)
    {
        if (disks[index].FindChange() is var (path, change))
        {
            string warning = $"{path} changed while it was read ({change}): what was read may be half the old and half the new";
            return report with { Disturbance = DiskProvenance.Changed, Warnings = [.. report.Warnings, warning] };
        }

        return _uses[index] is { } use
            ? report with
            {
                Disturbance = DiskProvenance.InUse,
                Warnings = [.. report.Warnings, $"{use}: what was read may be half the old and half the new"]
            }
            : report;
    }
}
