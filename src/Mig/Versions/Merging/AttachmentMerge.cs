using System.Globalization;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Store;

namespace Mig.Versions.Merging;

/// <summary>
/// Merges what images hold beside their disks, each as a whole: what only one side changed is taken, else it is a conflict.
/// </summary>
internal sealed class AttachmentMerge(IObjectSource store, MergeChoices choices)
{
    /// <returns>The attachments of the result; where there is a conflict, ours.</returns>
    public IReadOnlyList<TreeEntry> Run(
        MachineImage before, MachineImage ours, MachineImage theirs, List<DiskConflict> conflicts, List<string> notes)
    {
        Dictionary<string, TreeEntry> old = Read(before), here = Read(ours), there = Read(theirs);
        var merged = new List<TreeEntry>();
        foreach (string name in old.Keys.Concat(here.Keys).Concat(there.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            (TreeEntry? was, TreeEntry? our, TreeEntry? their) = (old.GetValueOrDefault(name), here.GetValueOrDefault(name),
                there.GetValueOrDefault(name));
            bool takesTheirs = !IsSame(our, their) && IsSame(our, was);
            if (!IsSame(our, their) && !IsSame(our, was) && !IsSame(their, was))
            {
                string place = $"{ImageAttachments.PlaceName}/{name}";
                const string Reason = "the attachment was changed on both sides, not alike";
                MergeSide? side = choices.SideOf(MergeConflictPath.OfDisk(place));
                if (side is null)
                    conflicts.Add(new DiskConflict(place, Reason, Describe(our), Describe(their), null));
                else
                    notes.Add($"@{place}: {Reason}; {(side == MergeSide.Ours ? "ours" : "theirs")} was taken");
                takesTheirs = side == MergeSide.Theirs;
            }

            if ((takesTheirs ? their : our) is { } taken)
                merged.Add(taken);
        }

        return merged;
    }

    private Dictionary<string, TreeEntry> Read(MachineImage image) =>
        ImageAttachments.Read(store, image).ToDictionary(ImageAttachments.NameOf, StringComparer.Ordinal);

    private static bool IsSame(TreeEntry? left, TreeEntry? right) =>
        left is null || right is null ? left is null && right is null
            : (left.Size, left.Sha256, left.List) == (right.Size, right.Sha256, right.List);

    private static string Describe(TreeEntry? entry) => entry is null ? "took it away"
        : string.Create(CultureInfo.InvariantCulture, $"has {entry.Size} bytes");
}
