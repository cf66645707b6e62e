using Mig.History.Images;
using Mig.History.Merging;

namespace Mig.Merging;

/// <summary>How our image becomes the merged one.</summary>
/// <param name="Ours">What is changed.</param>
/// <param name="Disks">The disks of the result; those with volumes to change are ours.</param>
/// <param name="Volumes">What is to be done to volumes.</param>
/// <param name="DiskConflicts">What lies outside of files and cannot be merged: the name of the disk, and why.</param>
/// <param name="DiskNotes">What was decided about disks as a whole.</param>
public sealed record MergePlan(
    MachineImage Ours,
    IReadOnlyList<ImageDisk> Disks,
    IReadOnlyList<VolumeMerge> Volumes,
    IReadOnlyList<(string Disk, string Reason)> DiskConflicts,
    IReadOnlyList<string> DiskNotes)
{
    /// <summary>Where the contents are that merging made.</summary>
    internal MergeContents? Contents { get; init; }

    /// <summary>All conflicts, each with the prefix of its volume, or the name of its disk where it lies outside of files.</summary>
    public IEnumerable<(string Prefix, MergeConflict Conflict)> Conflicts => Volumes.SelectMany(volume => volume.Result.Conflicts.Select(conflict => (volume.Prefix, conflict)))
        .Concat(DiskConflicts.Select(item => ("@" + item.Disk, new MergeConflict(default, MergeConflictKind.Disk, item.Reason, null, null, null))));

    /// <summary>All that was decided by a rule, as sentences that begin with a path.</summary>
    public IEnumerable<string> Notes => DiskNotes.Concat(Volumes.SelectMany(volume => volume.Result.Notes.Select(note => $"{MergeConflictPath.Of(volume.Prefix, note.Path.Span)}: {note.Text}")));

    public bool HasConflicts => DiskConflicts.Count > 0 || Volumes.Any(volume => volume.Result.Conflicts.Count > 0);
}
