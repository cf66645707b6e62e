using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>A conflict as its user sees it: where, why, what each side did, and whose side can be taken.</summary>
/// <param name="Path">What to name it by where a side is taken; <c>@DISK</c> for what lies outside of files.</param>
/// <param name="Kind">As <see cref="ConflictFolder.KindName"/> has it.</param>
/// <param name="Reason">In one sentence without a full stop.</param>
/// <param name="Ours">What our side did, as a sentence that lacks its subject.</param>
/// <param name="Theirs">What their side did.</param>
/// <param name="TakesOurs">Whether <c>--ours</c> decides it.</param>
/// <param name="TakesTheirs">Whether <c>--theirs</c> decides it.</param>
public sealed record ConflictPicture(string Path, string Kind, string Reason, string Ours, string Theirs, bool TakesOurs, bool TakesTheirs)
{
    internal static ConflictPicture Of(DiskConflict conflict) => new(
        MergeConflictPath.OfDisk(conflict.Disk),
        ConflictFolder.KindName(MergeConflictKind.Disk),
        conflict.Reason,
        conflict.Ours,
        conflict.Theirs,
        conflict.Takes != MergeSide.Theirs,
        conflict.Takes != MergeSide.Ours);

    internal static ConflictPicture Of(VolumeMerge volume, MergeConflict conflict, SideSentence sentences)
    {
        string inside = Encoding.Latin1.GetString(conflict.Path.Span), path = MergeConflictPath.Of(volume.Prefix, conflict.Path.Span),
            other = conflict.OtherPath is { } name ? "/" + Encoding.UTF8.GetString(name.Span) : "";
        (string ours, string theirs) = conflict.Kind switch
        {
            MergeConflictKind.RenameRename => ($"renamed it to {other}", $"renamed it to /{Encoding.UTF8.GetString(conflict.Path.Span)}"),
            MergeConflictKind.RenameDelete => (Renamed(conflict.Ours), Renamed(conflict.Theirs)),
            _ when conflict.Deeds is { } deeds => deeds,
            _ => (Describe(conflict.Ours, MergeSide.Ours), Describe(conflict.Theirs, MergeSide.Theirs)),
        };
        return new ConflictPicture(path, ConflictFolder.KindName(conflict.Kind), conflict.Reason, ours, theirs, !conflict.IsClash,
            !conflict.IsClash);

        string Describe(History.Trees.TreeEntry? entry, MergeSide side)
        {
            string sentence = sentences.Describe(inside, conflict.Base, entry);
            return volume.Origins?.Describe(inside, entry, side) is { } origin ? $"{sentence}; {origin}" : sentence;
        }

        string Renamed(History.Trees.TreeEntry? entry) => entry is null ? $"removed {other}" : $"renamed it from {other}";
    }
}
