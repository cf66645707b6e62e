using Mig.Core;

namespace Mig.Nbd.Tests;

/// <summary>Disks by name.</summary>
internal sealed class FakeExports : INbdExports
{
    private readonly Dictionary<string, (IByteSource Source, IByteTarget? Target)> _disks = [];
    private int _open;

    /// <summary>Disks that are open.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    public void Add(string name, IByteSource source, bool isWritable = false) =>
        _disks[name] = (source, isWritable ? (IByteTarget)source : null);

    public IEnumerable<NbdExportEntry> List(NbdClient client) =>
        _disks.Select(disk => new NbdExportEntry(disk.Key, $"the disk {disk.Key}"));

    public NbdExport Open(string name, NbdClient client)
    {
        if (name == "forbidden")
            throw new NbdRefusedException("not for you");
        if (!_disks.TryGetValue(name, out (IByteSource Source, IByteTarget? Target) disk))
            throw new NotFoundException($"there is no disk '{name}' here");
        Interlocked.Increment(ref _open);
        return new NbdExport(name, $"the disk {name}", disk.Source, disk.Target, () => Interlocked.Decrement(ref _open));
    }
}
