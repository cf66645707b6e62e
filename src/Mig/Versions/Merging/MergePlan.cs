using System.Text;
using Mig.History.Diffs.Text;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Merging.Text;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Store;

namespace Mig.Versions.Merging;

/// <summary>How our image becomes the merged one.</summary>
/// <param name="Ours">Our image.</param>
/// <param name="Disks">The disks of the result, before volumes are changed.</param>
/// <param name="Volumes">What is to be done to volumes.</param>
/// <param name="DiskConflicts">What lies outside of files and cannot be merged.</param>
/// <param name="DiskNotes">What was decided about disks as a whole.</param>
public sealed record MergePlan(
    MachineImage Ours,
    IReadOnlyList<ImageDisk> Disks,
    IReadOnlyList<VolumeMerge> Volumes,
    IReadOnlyList<DiskConflict> DiskConflicts,
    IReadOnlyList<string> DiskNotes)
{
    private const long MaxTextSize = 16 << 20;

    /// <summary>The attachments of the result.</summary>
    public IReadOnlyList<TreeEntry> Attachments { get; init; } = [];

    /// <summary>Where the contents are that merging made.</summary>
    internal MergeContents? Contents { get; init; }

    /// <summary>The image that is changed: ours, or one with those disks of theirs that our files are written onto.</summary>
    internal MachineImage Base => Volumes.All(volume => Ours.Disks.Contains(volume.Disk)) ? Ours : new MachineImage(Disks);

    /// <summary>The image of the result, as far as disks are taken whole; its attachments are stored by this.</summary>
    internal MachineImage WriteWhole(IObjectSink writer) =>
        new(Disks) { Attachments = ImageAttachments.Write(writer, Attachments) };

    /// <summary>All conflicts, each with the prefix of its volume, or the name of its disk where it lies outside of files.</summary>
    public IEnumerable<(string Prefix, MergeConflict Conflict)> Conflicts =>
        Volumes.SelectMany(volume => volume.Result.Conflicts.Select(conflict => (volume.Prefix, conflict)))
        .Concat(DiskConflicts.Select(item =>
            ("@" + item.Disk, new MergeConflict(default, MergeConflictKind.Disk, item.Reason, null, null, null))));

    /// <summary>All conflicts as their user sees them. Reads contents of both sides.</summary>
    public IEnumerable<ConflictPicture> Pictures => Volumes.SelectMany(volume =>
        volume.Result.Conflicts.Select(conflict => Picture(volume, conflict))).Concat(DiskConflicts.Select(ConflictPicture.Of));

    /// <summary>A conflict of a volume as its user sees it.</summary>
    public ConflictPicture Picture(VolumeMerge volume, MergeConflict conflict) =>
        ConflictPicture.Of(volume, conflict, new SideSentence(Contents ?? throw new InvalidOperationException("a plan without contents")));

    /// <summary>
    /// Returns a conflict of a text with both sides and what they come from between marks, and the texts of both sides: what stands in one
    /// place on three sides. Null where it is no conflict of texts.
    /// </summary>
    public (byte[] Ours, byte[] Theirs, byte[] Marked)? ReadSides(MergeConflict conflict)
    {
        ArgumentNullException.ThrowIfNull(conflict);
        if (Contents is not { } contents || conflict is not
            {
                Ours: { Type: TreeEntryType.File, Size: <= MaxTextSize } ours,
                Theirs: { Type: TreeEntryType.File, Size: <= MaxTextSize } theirs
            })
            return null;
        string path = Encoding.Latin1.GetString(conflict.Path.Span);
        byte[] old = conflict.Base is { Type: TreeEntryType.File, Size: <= MaxTextSize } before ? contents.Read(before, path, MaxTextSize)
            : [];
        byte[] left = contents.Read(ours, path, MaxTextSize), right = contents.Read(theirs, path, MaxTextSize);
        if (TextLines.IsBinary(old) || TextLines.IsBinary(left) || TextLines.IsBinary(right) || conflict.Merged is null || left.AsSpan()
            .SequenceEqual(right))
            return null;
        byte[] marked = MachineTables.Find(path) is null ? TextMerge.Merge(old, left, right,
            TextMergeOptions.Default with { ShowsBase = true }).Text : contents.Read(conflict.Merged, path, long.MaxValue);
        return (left, right, marked);
    }

    /// <summary>All that was decided by a rule, as sentences that begin with a path.</summary>
    public IEnumerable<string> Notes =>
        DiskNotes.Concat(Volumes.SelectMany(volume =>
        volume.Result.Notes.Select(note => $"{MergeConflictPath.Of(volume.Prefix, note.Path.Span)}: {note.Text}")));

    public bool HasConflicts => DiskConflicts.Count > 0 || Volumes.Any(volume => volume.Result.Conflicts.Count > 0);
}
