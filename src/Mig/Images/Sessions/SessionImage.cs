using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.Images.Ingest;
using Mig.Store;

namespace Mig.Images.Sessions;

/// <summary>Stores what a session holds now, as an image that no ref leads to: for edits, which change images.</summary>
internal static class SessionImage
{
    /// <returns>The version below where nothing was written.</returns>
    public static MachineImage Store(Repository repository, OpenSession session, CancellationToken cancellation)
    {
        if (!session.IsWritten)
            return session.Image;
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var ingest = new IngestSession(repository.Store, writer, NoProgress.Instance, repository.Context.Parallelism, cancellation);
        IReadOnlyList<DiskImage> disks = session.OpenDisks();
        IReadOnlyList<IUnreadPlan> plans = session.PlanReading(repository.Store);
        var taken = new List<ImageDisk>();
        for (int i = 0; i < disks.Count; i++)
        {
            taken.Add(new DiskIngest(ingest, disks[i], disks[i].Name, discardFree: false, repository.Context.Limits, session.Image.Disks[i],
                plans[i]).Run().Disk);
        }

        writer.Complete();
        ingest.Keep(taken);
        return session.Image with { Disks = taken };
    }
}
