using Mig.Core;
using Mig.History.Images;
using Mig.Store.Locks;

namespace Mig.Images.Sessions;

/// <summary>A session that is held: nobody else writes to it until it is disposed. For many threads.</summary>
internal sealed class OpenSession(string name, SessionFile file, MachineImage image, IReadOnlyList<SessionDisk> disks, FileLock held)
    : IDisposable
{
    public string Name => name;

    public SessionFile File => file;

    public MachineImage Image => image;

    /// <summary>The disks, as they are written.</summary>
    public IReadOnlyList<SessionDisk> Disks => disks;

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
