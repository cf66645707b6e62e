using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.Images.Ingest;
using Mig.Store;
using Mig.Store.Locks;

namespace Mig.Images.Sessions;

/// <summary>A session that is held: nobody else writes to it until it is disposed. For many threads.</summary>
internal sealed class OpenSession(string name, string folder, SessionFile file, MachineImage image, IReadOnlyList<SessionDisk> disks,
    FileLock held) : IDisposable
{
    public string Name => name;

    /// <summary>Where it is.</summary>
    public string Folder => folder;

    public SessionFile File => file;

    public MachineImage Image => image;

    /// <summary>The disks, as they are written.</summary>
    public IReadOnlyList<SessionDisk> Disks => disks;

    /// <summary>Whether anything may differ from the version.</summary>
    public bool IsWritten => disks.Any(disk => disk.GetWrittenRanges().Any());

    /// <summary>Opens the disks for a commit or a comparison; whoever gets them need not close them.</summary>
    public IReadOnlyList<DiskImage> OpenDisks() => [.. disks.Select((disk, i) => DiskImage.Of(image.Disks[i].Name, disk))];

    /// <summary>Says of each disk what need not be read, because nobody wrote it.</summary>
    public IReadOnlyList<IUnreadPlan> PlanReading(ObjectStore store) => [.. disks.Select((disk, i) =>
        new UnwrittenPlan(store, image.Disks[i], [.. ByteRanges.Normalize(disk.GetWrittenRanges())]))];

    /// <summary>Makes durable what was written to any of them.</summary>
    public void Flush()
    {
        foreach (SessionDisk disk in disks)
            disk.Flush();
    }

    public void Dispose()
    {
        foreach (SessionDisk disk in disks)
            disk.Dispose();
        held.Dispose();
    }
}
