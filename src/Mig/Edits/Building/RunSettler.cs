using Mig.Core;
using Mig.FileSystems;
using Mig.History.Commits;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Store;
using Mig.Versions.Merging;

namespace Mig.Edits.Building;

/// <summary>
/// Does again what a command did to files, through mig's own writers: the kernel leaves its times, journal and order of blocks on a disk,
/// so that no two runs of a command give the same disk. What the command wrote has the time of the build then.
/// </summary>
/// <param name="epoch">That time, in seconds since 1970.</param>
internal sealed class RunSettler(Repository repository, long epoch, CancellationToken cancellation)
{
    // The kernel's clock for files lags behind by a tick.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <param name="before">What the command began with.</param>
    /// <param name="made">The version that it left.</param>
    /// <param name="start">When it began.</param>
    /// <returns>A version with the same files, in the place of <paramref name="made"/>; that one itself where something lies outside of
    /// files, or in file systems that mig does not write.</returns>
    public CommitId Settle(CommitId before, CommitId made, DateTimeOffset start)
    {
        Commit commit = repository.Objects.ReadCommit(made);
        MachineImage old = Read(before), now = Read(made);
        Timestamp since = EditTime.Of(start - Tick);
        if (FindVolumes(old, now) is not { Count: > 0 } volumes || Write(old, volumes, since) is not { } settled
            || !IsSame(Read(settled), now, since))
            return made;
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var id = new CommitId(writer.AddObject(ObjectKind.Commit, (commit with { Image = settled }).Encode()));
        writer.Complete();
        return id;
    }

    private ImageId? Write(MachineImage before, List<VolumePair> volumes, Timestamp since)
    {
        try
        {
            using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
            using var edit = new ImageEdit(new EditBase(repository, before), writer, repository.Context.Parallelism, NoProgress.Instance,
                new StoppedClock(DateTimeOffset.FromUnixTimeSeconds(epoch)), cancellation);
            foreach (VolumePair pair in volumes)
            {
                new MergeApplier(edit.OpenVolume(pair.DiskBefore!, pair.Before!), new MergeContents(repository.Store)).Apply(
                    [.. Compare(pair.Before!, pair.After!).Select(change =>
                        new MergeOperation(change.Path, change.Before, Age(change.Before, change.After, since)))]);
            }

            MachineImage settled = edit.Finish();
            writer.EndContent();
            ImageId image = settled.Write(writer);
            writer.Complete();
            return image;
        }
        catch (MigException e) when (e is UnsupportedFeatureException or ConflictException or NotFoundException)
        {
            return null; // the version as the kernel wrote it is right, too
        }
    }

    // What lies outside of files can only be had whole.
    private List<VolumePair>? FindVolumes(MachineImage before, MachineImage after)
    {
        if (before.Attachments != after.Attachments || before.Disks.Count != after.Disks.Count)
            return null;
        var volumes = new List<VolumePair>();
        foreach ((ImageDisk old, ImageDisk now) in before.Disks.Zip(after.Disks).Where(pair => pair.First.Layout != pair.Second.Layout))
        {
            if (old.Volumes.Count != now.Volumes.Count || OutsideChanges.Find(repository.Store, old, now, old).Count > 0)
                return null;
            foreach ((ImageVolume was, ImageVolume volume) in old.Volumes.Zip(now.Volumes))
            {
                if (was.Range != volume.Range || was.Root is null != volume.Root is null || !volume.IsWhole)
                    return null;
                if (was.Root is not null && was.Root != volume.Root)
                    volumes.Add(new VolumePair(old, was, now, volume));
            }
        }

        return volumes;
    }

    private TreeEntry? Age(TreeEntry? before, TreeEntry? after, Timestamp since) =>
        after is null || after.ModifiedTime < since || after.ModifiedTime == before?.ModifiedTime ? after
            : after with { ModifiedTime = new Timestamp(epoch, 0) };

    // Whatever a writer may not be able to say: the files are those that the command left, but for their times.
    private bool IsSame(MachineImage settled, MachineImage after, Timestamp since) =>
        settled.Disks.Zip(after.Disks).All(disks => disks.First.Volumes.Zip(disks.Second.Volumes).All(volumes =>
            volumes.First.Root == volumes.Second.Root || (volumes is { First.Root: not null, Second.Root: not null }
            && Compare(volumes.First, volumes.Second).All(change => change.Kinds == ChangeKinds.Time
                && change.After!.ModifiedTime >= since && change.Before!.ModifiedTime == new Timestamp(epoch, 0)))));

    private IReadOnlyList<TreeChange> Compare(ImageVolume before, ImageVolume after) =>
        new TreeDiff(repository.Store, PathLimits.None) { FollowsLinks = false, Limits = repository.Context.Limits }
            .Compare(before.Root, after.Root);

    private MachineImage Read(CommitId id) => Read(repository.Objects.ReadCommit(id).Image);

    private MachineImage Read(ImageId id) => repository.Objects.ReadImage(id);
}
