using Mig.Browse;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Merging.Machines;
using Mig.Store;

namespace Mig.Merging;

/// <summary>Merges images: disks that only one side changed are taken whole and exact, others by their files. For several threads.</summary>
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
        Plan(before, ours, theirs, choices, (prefix, old, left, right) => new MergePolicy(
            _merger,
            Contents,
            new MachineSides(PackageSides.Find(Contents, old, left, right, choices.SideOf(MergeConflictPath.Of(prefix, PackageSides.StatusPath))), AccountSides.Find(Contents, old, left, right), new PathOwners(Contents, old, left), new PathOwners(Contents, old, right)),
            choices,
            prefix));

    /// <summary>Merges images that are merge bases themselves, into one that only serves as a base: its files are true, its disks are those of <paramref name="ours"/>.</summary>
    public MachineImage MergeBases(MachineImage before, MachineImage ours, MachineImage theirs)
    {
        MergePlan plan = Plan(before, ours, theirs, MergeChoices.None, (_, _, _, _) => new BaseMergePolicy(_merger, Contents));
        var roots = plan.Volumes.ToDictionary(volume => (volume.Disk.Name, volume.Volume.Number), volume => TreeEdit.Apply(Store, Store, volume.Volume.Root!, volume.Result.Operations));
        return new MachineImage([.. plan.Disks.Select(disk => disk with
        {
            Volumes = [.. disk.Volumes.Select(volume => roots.TryGetValue((disk.Name, volume.Number), out TreeEntry? root) ? volume with { Root = root } : volume)],
        })]);
    }

    private MergePlan Plan(MachineImage before, MachineImage ours, MachineImage theirs, MergeChoices choices, Func<string, TreeEntry?, TreeEntry, TreeEntry, IMergePolicy> policies)
    {
        var conflicts = new List<(string, string)>();
        var notes = new List<string>();
        var volumes = new List<VolumeMerge>();
        var disks = new List<ImageDisk>();
        IReadOnlyList<DiskPair> left = ImagePairing.PairDisks(before, ours), right = ImagePairing.PairDisks(before, theirs);
        foreach (ImageDisk our in ours.Disks)
        {
            ImageDisk? old = left.First(pair => pair.After == our).Before;
            ImageDisk? their = old is null ? right.FirstOrDefault(pair => pair.Before is null && pair.After?.Name == our.Name)?.After : right.First(pair => pair.Before == old).After;
            if (old is null ? their is null || IsSame(our, their) : their is not null && (IsSame(our, their) || IsSame(old, their)))
                disks.Add(our);
            else if (old is not null && IsSame(old, our))
                Take(their, our);
            else if (old is null || their is null)
                conflicts.Add((our.Name, old is null ? "both sides added a disk of this name" : "changed here and removed there"));
            else
                disks.Add(MergeDisk(ours, old, our, their, choices, policies, volumes, conflicts, notes));
        }

        foreach (ImageDisk their in theirs.Disks)
        {
            ImageDisk? old = right.First(pair => pair.After == their).Before;
            bool isGone = old is not null && left.First(pair => pair.Before == old).After is null;
            if (isGone && !IsSame(old!, their))
                conflicts.Add((their.Name, "removed here and changed there"));
            else if (old is null && !ours.Disks.Any(disk => disk.Name == their.Name))
                disks.Add(their);
        }

        return new MergePlan(ours, disks, volumes, conflicts, notes) { Contents = Contents };

        void Take(ImageDisk? their, ImageDisk our)
        {
            notes.Add(their is null ? $"{our.Name}: the disk was removed there" : $"{our.Name}: only they changed this disk, so it was taken whole");
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
        List<(string, string)> conflicts,
        List<string> notes)
    {
        foreach (string reason in OutsideChanges.Find(Store, old, our, their))
            conflicts.Add((our.Name, reason));
        IReadOnlyList<VolumePair> left = ImagePairing.PairVolumes(new MachineImage([old]), new MachineImage([our])), right = ImagePairing.PairVolumes(new MachineImage([old]), new MachineImage([their]));
        foreach (ImageVolume volume in our.Volumes.Where(volume => volume.Root is not null))
        {
            ImageVolume? was = left.First(pair => pair.After == volume).Before;
            ImageVolume? other = was is null ? null : right.First(pair => pair.Before == was).After;
            if (was is not null && other is not null)
                CompareVolumes(our, was, volume, other, choices, conflicts, notes);
            if (was?.Root is null || other?.Root is null || EntryTree(was) == EntryTree(other) || EntryTree(volume) == EntryTree(other))
                continue;
            if (new[] { was, volume, other }.FirstOrDefault(side => !side.IsWhole) is { } damaged)
            {
                // What could not be read would look as if it had been removed.
                conflicts.Add((our.Name, $"volume {volume.Number} is not merged, since it is damaged on one side: {UnreadSentence.Of(damaged)}"));
                continue;
            }

            string prefix = PrefixOf(ours, our, volume);
            volumes.Add(new VolumeMerge(our, volume, prefix, TreeMerge.Merge(Store, _cache, policies(prefix, was.Root, volume.Root!, other.Root), was.Root, volume.Root!, other.Root)));
        }

        return our;
    }

    // Tables such as /etc/fstab name volumes by these: what the other side changed is not dropped without a word.
    private static void CompareVolumes(ImageDisk disk, ImageVolume before, ImageVolume ours, ImageVolume theirs, MergeChoices choices, List<(string, string)> conflicts, List<string> notes)
    {
        foreach ((string what, string was, string here, string there) in ((string, string, string, string)[])[("label", before.Label, ours.Label, theirs.Label), ("UUID", before.Uuid, ours.Uuid, theirs.Uuid)])
        {
            if (there == was || there == here)
                continue;
            string difference = $"the {what} of volume {ours.Number} is '{there}' there, '{here}' here";
            if (choices.SideOf(MergeConflictPath.OfDisk(disk.Name)) == MergeSide.Ours)
                notes.Add($"{disk.Name}: {difference}, and stays");
            else
                conflicts.Add((disk.Name, $"{difference}; mig does not carry it over: '--ours @{disk.Name}' leaves it as it is here"));
        }
    }

    private static (Core.TreeId Tree, int Mode, uint Uid, uint Gid) EntryTree(ImageVolume volume) => (volume.Root!.Tree, volume.Root.Mode, volume.Root.Uid, volume.Root.Gid);

    private string PrefixOf(MachineImage image, ImageDisk disk, ImageVolume volume) =>
        ReferenceEquals(SystemVolume.FindDefault(Store, image), volume) ? "" : ImageBrowser.PrefixOf(image, disk, volume);

    private static bool IsSame(ImageDisk left, ImageDisk right) => left.Length == right.Length && left.Layout == right.Layout;
}
