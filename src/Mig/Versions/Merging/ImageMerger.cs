using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;
using Mig.Store;

namespace Mig.Versions.Merging;

/// <summary>
/// Merges images: disks that only one side changed are taken whole and exact, others by their files. For several threads.
/// </summary>
internal sealed class ImageMerger
{
    private readonly MergeCache _cache;
    private readonly ContentMerger _merger;

    public ImageMerger(ScratchStore store)
    {
        Store = store;
        Contents = new MergeContents(store);
        _cache = new MergeCache(store);
        _merger = new ContentMerger(Contents);
    }

    public ScratchStore Store { get; }

    public MergeContents Contents { get; }

    /// <summary>Finds out how to merge.</summary>
    public MergePlan Plan(MachineImage before, MachineImage ours, MachineImage theirs, MergeChoices choices) =>
        Plan(before, ours, theirs, choices, (prefix, old, left, right) =>
            new MergePolicy(_merger, Contents, FindSides(choices, prefix, old, left, right), choices, prefix));

    private MachineSides FindSides(MergeChoices choices, string prefix, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        Func<string, MergeSide?> favored = path => choices.SideOf(MergeConflictPath.Of(prefix, Encoding.UTF8.GetBytes(path)));
        var packages = PackageSides.Find(Contents, before, ours, theirs, new PackageChoices(choices, prefix));
        return new MachineSides(
            packages,
            AccountSides.Find(Contents, before, ours, theirs, favored, path =>
                choices.Contents.GetValueOrDefault(MergeConflictPath.Of(prefix, Encoding.UTF8.GetBytes(path)))),
            AlternativeSides.Find(Contents, before, ours, theirs, packages, favored),
            ListSides.Find(Contents, before, ours, theirs, favored),
            new PathOwners(Contents, before, ours),
            new PathOwners(Contents, before, theirs))
        {
            OurFiles = new SideFiles(Contents, ours),
            OurMoves = DiversionMoves.Find(Contents, before, ours),
            TheirMoves = DiversionMoves.Find(Contents, before, theirs),
        };
    }

    /// <summary>
    /// Merges images that are merge bases themselves, into one that only serves as a base: its files are true, its disks are those of
    /// <paramref name="ours"/>.
    /// </summary>
    public MachineImage MergeBases(MachineImage before, MachineImage ours, MachineImage theirs)
    {
        MergePlan plan = Plan(before, ours, theirs, MergeChoices.None, (_, _, _, _) => new BaseMergePolicy(_merger, Contents));
        var roots = plan.Volumes.ToDictionary(volume => (volume.Disk.Name, volume.Volume.Number), volume =>
            TreeEdit.Apply(Store, Store, volume.Volume.Root!, volume.Applied));
        return plan.WriteWhole(Store) with
        {
            Disks = [.. plan.Disks.Select(disk => disk with
            {
                Volumes = [.. disk.Volumes.Select(volume =>
                    roots.TryGetValue((disk.Name, volume.Number), out TreeEntry? root) ? volume with { Root = root } : volume)],
            })],
        };
    }

    private MergePlan Plan(MachineImage before, MachineImage ours, MachineImage theirs, MergeChoices choices,
        Func<string, TreeEntry?, TreeEntry, TreeEntry, IMergePolicy> policies)
    {
        var conflicts = new List<DiskConflict>();
        var notes = new List<string>();
        var volumes = new List<VolumeMerge>();
        var disks = new List<ImageDisk>();
        IReadOnlyList<DiskPair> left = ImagePairing.PairDisks(before, ours), right = ImagePairing.PairDisks(before, theirs);
        foreach (ImageDisk our in ours.Disks)
        {
            ImageDisk? old = left.First(pair => pair.After == our).Before;
            ImageDisk? their = old is null ? right.FirstOrDefault(pair => pair.Before is null && pair.After?.Name == our.Name)?.After
                : right.First(pair => pair.Before == old).After;
            if (old is null ? their is null || IsSame(our, their) : their is not null && (IsSame(our, their) || IsSame(old, their)))
                disks.Add(our);
            else if (old is not null && IsSame(old, our))
                Take(their, our);
            else if (old is null || their is null)
                Decide(our, their, old is null
                    ? new DiskConflict(our.Name, "added on both sides, not alike", $"added a disk of {our.Length} bytes",
                        $"added a disk of {their!.Length} bytes", null)
                    : new DiskConflict(our.Name, "changed here and removed there", "changed the disk", "removed the disk", null));
            else
                disks.Add(MergeDisk(ours, old, our, their, choices, policies, volumes, conflicts, notes));
        }

        foreach (ImageDisk their in theirs.Disks)
        {
            ImageDisk? old = right.First(pair => pair.After == their).Before;
            bool isGone = old is not null && left.First(pair => pair.Before == old).After is null;
            if (isGone && !IsSame(old!, their))
                Decide(null, their, new DiskConflict(
                    their.Name, "removed here and changed there", "removed the disk", "changed the disk", null));
            else if (old is null && !ours.Disks.Any(disk => disk.Name == their.Name))
                disks.Add(their);
        }

        IReadOnlyList<TreeEntry> attachments = new AttachmentMerge(Store, choices).Run(before, ours, theirs, conflicts, notes);
        return new MergePlan(ours, disks, volumes, conflicts, notes) { Contents = Contents, Attachments = attachments };

        void Decide(ImageDisk? our, ImageDisk? their, DiskConflict conflict)
        {
            MergeSide? side = choices.SideOf(MergeConflictPath.OfDisk(conflict.Disk));
            if (side is null)
                conflicts.Add(conflict);
            else
                notes.Add($"{conflict.Disk}: {conflict.Reason}; {(side == MergeSide.Ours ? "ours" : "theirs")} was taken");
            if ((side == MergeSide.Theirs ? their : our) is { } taken)
                disks.Add(taken);
        }

        void Take(ImageDisk? their, ImageDisk our)
        {
            notes.Add(their is null ? $"{our.Name}: the disk was removed there"
                : $"{our.Name}: only they changed this disk, so it was taken whole");
            if (their is not null)
                disks.Add(their with { Name = our.Name });
        }
    }

    private ImageDisk MergeDisk(
        MachineImage ours,
        ImageDisk old,
        ImageDisk our,
        ImageDisk their,
        MergeChoices choices,
        Func<string, TreeEntry?, TreeEntry, TreeEntry, IMergePolicy> policies,
        List<VolumeMerge> volumes,
        List<DiskConflict> conflicts,
        List<string> notes)
    {
        bool isTheirs = ChooseDisk(old, our, their, choices, conflicts, notes) == MergeSide.Theirs;
        ImageDisk target = !isTheirs ? our : our.Name == their.Name ? their : their with { Name = our.Name };
        IReadOnlyList<VolumePair> left = ImagePairing.PairVolumes(new MachineImage([old]), new MachineImage([our])),
            right = ImagePairing.PairVolumes(new MachineImage([old]), new MachineImage([their]));
        foreach (ImageVolume was in old.Volumes.Where(volume => volume.Root is not null))
        {
            ImageVolume? volume = left.First(pair => pair.Before == was).After, other = right.First(pair => pair.Before == was).After;
            if (volume?.Root is null || other?.Root is null)
            {
                CheckLoss(our, was, isTheirs ? volume : other, isTheirs ? other : volume, isTheirs, choices, conflicts, notes);
                continue;
            }

            if ((!isTheirs && EntryTree(was) == EntryTree(other)) || EntryTree(volume) == EntryTree(other))
                continue;
            if (new[] { was, volume, other }.FirstOrDefault(side => !side.IsWhole) is { } damaged)
            {
                // What could not be read would look as if it had been removed.
                string reason = $"volume {volume.Number} is not merged, since it is damaged on one side: {UnreadSentence.Of(damaged)}";
                if (choices.SideOfDisk(our.Name) is { } side)
                    notes.Add($"{our.Name}: {reason}; all of it is {(side == MergeSide.Ours ? "ours" : "theirs")}");
                else
                    conflicts.Add(new DiskConflict(our.Name, reason, "has other files on it", "has other files on it", null));
                continue;
            }

            string prefix = PrefixOf(ours, our, volume);
            TreeMergeResult result = TreeMerge.Merge(
                Store, _cache, policies(prefix, was.Root!, volume.Root, other.Root), was.Root, volume.Root, other.Root);
            IReadOnlyList<MergeOperation> applied = !isTheirs ? result.Operations : result.Conflicts.Count > 0 ? []
                : FromTheirs(volume.Root, other.Root, result.Operations);
            volumes.Add(new VolumeMerge(target, isTheirs ? other : volume, prefix, result,
                applied)
            { Origins = new ConffileOrigins(Contents, volume.Root, other.Root) });
        }

        return target;
    }

    // What lies outside of files is one side's: that of the side that changed it, so that nothing of it is dropped without a word. Tables
    // such as /etc/fstab go by it.
    private MergeSide? ChooseDisk(
        ImageDisk old, ImageDisk our, ImageDisk their, MergeChoices choices, List<DiskConflict> conflicts, List<string> notes)
    {
        IReadOnlyList<OutsideChange> there = OutsideChanges.Find(Store, old, their, our);
        if (there.Count == 0)
            return MergeSide.Ours;
        IReadOnlyList<OutsideChange> here = OutsideChanges.Find(Store, old, our, their);
        bool isOursFirm = here.Any(change => change.IsFirm), isTheirsFirm = there.Any(change => change.IsFirm);
        MergeSide? side = choices.SideOfDisk(our.Name) ?? (here.Count == 0 || !isOursFirm ? MergeSide.Theirs : !isTheirsFirm
            ? MergeSide.Ours : choices.SideOf(MergeConflictPath.OfDisk(our.Name)));
        string ours = OutsideChanges.Describe(here), theirs = OutsideChanges.Describe(there);
        if (side is null)
            conflicts.Add(new DiskConflict(
                our.Name, "both sides changed what lies outside of files, of which the disk of one side is taken", ours, theirs, null));
        else if (side == MergeSide.Ours && isTheirsFirm)
            notes.Add($"{our.Name}: outside of files it stays as it is here, without what they changed: {theirs}");
        else if (side == MergeSide.Theirs && isTheirsFirm)
            notes.Add($"{our.Name}: what lies outside of files was taken from there: "
                + $"{theirs}{(isOursFirm ? $"; what was changed here is left out: {ours}" : "")}");
        return side;
    }

    // A volume that the disk of the result does not have, or has no files on, and whose files the other side changed.
    private static void CheckLoss(ImageDisk our, ImageVolume was, ImageVolume? lost, ImageVolume? kept, bool isTheirs, MergeChoices choices,
        List<DiskConflict> conflicts, List<string> notes)
    {
        if (lost?.Root is null || kept?.Root is not null || EntryTree(lost) == EntryTree(was))
            return;
        (string loser, string keeper) = isTheirs ? ("here", "there") : ("there", "here");
        string reason = $"files of volume {was.Number} were changed {loser}, and {keeper} it has none any more",
            changed = "changed files on it", gone = "has no files there";
        if (choices.SideOfDisk(our.Name) is not null)
            notes.Add($"{our.Name}: {reason}; they are left out");
        else
            conflicts.Add(new DiskConflict(our.Name, reason, isTheirs ? changed : gone, isTheirs ? gone : changed, null));
    }

    // The merged files are the same, whichever side they are written onto.
    private List<MergeOperation> FromTheirs(TreeEntry ours, TreeEntry theirs, IReadOnlyList<MergeOperation> operations)
    {
        TreeEntry merged = TreeEdit.Apply(Store, Store, ours, operations);
        return
        [
            .. new TreeDiff(Store, PathLimits.None) { FollowsLinks = false }.Compare(theirs, merged)
                .Select(change => new MergeOperation(change.Path, change.Before, change.After))
                    .OrderBy(operation => Encoding.Latin1.GetString(operation.Path.Span), StringComparer.Ordinal),
        ];
    }

    private static (Core.TreeId Tree, int Mode, uint Uid, uint Gid) EntryTree(ImageVolume volume) =>
        (volume.Root!.Tree, volume.Root.Mode, volume.Root.Uid, volume.Root.Gid);

    /// <summary>How paths of a volume begin for users; empty for that of the system.</summary>
    public string PrefixOf(MachineImage image, ImageDisk disk, ImageVolume volume) =>
        ReferenceEquals(SystemVolume.FindDefault(Store, image), volume) ? "" : ImageVolumes.PrefixOf(image, disk, volume);

    private static bool IsSame(ImageDisk left, ImageDisk right) => left.Length == right.Length && left.Layout == right.Layout;
}
