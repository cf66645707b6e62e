using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Mounts;

/// <summary>
/// Finds which volumes of an image a machine mounts where. Source: fstab(5), systemd.mount(5), systemd-gpt-auto-generator(8).
/// </summary>
internal sealed class MountTable(MachineFiles files, MachineImage image, ImageVolume root, VolumeFinder finder)
{
    private const int MaxMounts = 256;
    private const int MaxFstabSize = 1 << 20;

    private readonly HashSet<string> _taken = [];
    private readonly List<MissingMount> _missing = [];

    /// <summary>What the machine mounts and the image does not show.</summary>
    public IReadOnlyList<MissingMount> Missing => _missing;

    /// <summary>Says what is mounted besides the root, one after another: each may stand on those before it.</summary>
    public IEnumerable<MountPoint> Read()
    {
        IReadOnlyList<MountEntry> fstab = files.Find(Fstab.Path) is { Entry: { Type: TreeEntryType.File, Size: <= MaxFstabSize } } file
            ? Fstab.Parse(files.Read(file, MaxFstabSize)) : [];
        IReadOnlyList<MountEntry> units = MountUnits.Read(files);
        List<MountEntry> entries = [.. fstab.Concat(units).Where(entry => entry.IsOfDisk)];
        foreach (MountEntry entry in entries)
        {
            string path = entry.Path.Trim('/');
            if (path.Length == 0 || !_taken.Add(path))
                continue;
            if (files.Mounts.Count > MaxMounts)
                _missing.Add(new MissingMount(entry, null));
            else if (Mount(entry, path) is { } mount)
                yield return mount;
        }

        foreach (MountPoint mount in Discover())
            yield return mount;
    }

    private MountPoint? Mount(MountEntry entry, string path)
    {
        if (entry.IsBind)
        {
            if (files.Find(entry.Device) is { Entry.Type: TreeEntryType.Directory } source)
            {
                MountPoint under = files.MountOf(source.Path);
                return source.Path == path ? null
                    : new MountPoint(path, under.Volume, under.OnVolume(source.Path), source.Entry, IsBind: true);
            }

            _missing.Add(new MissingMount(entry, null));
            return null;
        }

        ImageVolume? volume = finder.Find(entry.Device);
        if (volume?.Root is { } directory)
            return volume == root ? null : new MountPoint(path, volume, "", directory);
        _missing.Add(new MissingMount(entry, volume));
        return null;
    }

    // As systemd does on the disk of the root: a directory that is there and empty takes the partition of its type.
    private IEnumerable<MountPoint> Discover()
    {
        if (image.Disks.FirstOrDefault(disk => disk.Volumes.Contains(root)) is not { Scheme: "gpt" } disk)
            yield break;
        foreach (ImageVolume volume in disk.Volumes)
        {
            if (volume == root || volume.Root is not { } directory || files.Mounts.Any(mount => mount.Volume == volume)
                || DiscoverablePartitions.PathOf(volume.PartitionType) is not { } path)
                continue;
            if (!_taken.Contains(path) && files.Find(path) is { Entry.Type: TreeEntryType.Directory } place && files.List(path).Count == 0
                && _taken.Add(path))
                yield return new MountPoint(place.Path, volume, "", directory);
        }
    }
}
