using System.Collections.Concurrent;
using Mig.Core;
using Mig.Edits;
using Mig.History.Images;
using Mig.Store;

namespace Mig.Versions.Merging;

/// <summary>
/// Makes merged images real: carries the operations out on our disks, and stores what is new, all commits of a round in one go.
/// </summary>
internal sealed class MergeWriter(Repository repository, ImageMerger merger)
{
    private readonly ConcurrentDictionary<MachineImage, Lazy<EditBase>> _bases = new(ReferenceEqualityComparer.Instance);

    /// <summary>Stores commits, durably. No ref leads to them yet.</summary>
    /// <param name="planned">Without conflicts.</param>
    /// <param name="stores">Whether they are stored; else all is done but that.</param>
    /// <returns>The ids, in order.</returns>
    public IReadOnlyList<CommitId> Write(
        IReadOnlyList<PlannedCommit> planned, bool stores, IProgressSink progress, CancellationToken cancellation)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var images = new MachineImage[planned.Count];
        int parallelism = planned.Count > 1 ? 1 : repository.Context.Parallelism;
        ParallelWork.For(planned.Count, repository.Context.Parallelism, i =>
            images[i] = Materialize(planned[i].Plan, writer, parallelism, progress, cancellation), cancellation);

        writer.EndContent();
        var ids = new List<CommitId>();
        for (int i = 0; i < planned.Count; i++)
            ids.Add(new CommitId(writer.AddObject(ObjectKind.Commit, planned[i].Make(images[i].Write(writer)).Encode())));
        cancellation.ThrowIfCancellationRequested();
        if (stores)
            writer.Complete();
        return ids;
    }

    private MachineImage Materialize(
        MergePlan plan, ObjectWriter writer, int parallelism, IProgressSink progress, CancellationToken cancellation)
    {
        if (plan.Volumes.All(volume => volume.Applied.Count == 0))
            return plan.WriteWhole(writer);
        EditBase before = _bases.GetOrAdd(plan.Base, image => new Lazy<EditBase>(() => new EditBase(repository, image))).Value;
        using var edit = new ImageEdit(before, writer, parallelism, progress, cancellation: cancellation);
        foreach (VolumeMerge volume in plan.Volumes.Where(volume => volume.Applied.Count > 0))
            new MergeApplier(edit.OpenVolume(volume.Disk, volume.Volume), merger.Contents).Apply(volume.Applied);
        Dictionary<string, ImageDisk> changed = edit.Finish().Disks.ToDictionary(disk => disk.Name);
        return plan.WriteWhole(writer) with
        {
            Disks =
            [.. plan.Disks.Select(disk => plan.Volumes.Any(volume => ReferenceEquals(volume.Disk, disk)) ? changed[disk.Name] : disk)],
        };
    }
}
