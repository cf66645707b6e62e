using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Versions.Compare;

/// <summary>Compares what is decided for file systems as a whole: labels, UUIDs, and what superblocks say that no file tells.</summary>
public static class SettingComparer
{
    /// <summary>Returns what differs between a volume before and after; nothing where its disk is the same.</summary>
    public static IReadOnlyList<SettingChange> Compare(
        IContentSource objects, ImageDisk diskBefore, ImageVolume before, ImageDisk diskAfter, ImageVolume after)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(diskBefore);
        ArgumentNullException.ThrowIfNull(diskAfter);
        if (diskBefore.Layout == diskAfter.Layout && diskBefore.Length == diskAfter.Length)
            return [];
        try
        {
            return Compare(Read(objects, diskBefore, before), Read(objects, diskAfter, after));
        }
        catch (MigException e) when (e is CorruptStoreException or RemoteException)
        {
            // A block that is damaged, or was left out and cannot be fetched now; the manifest has these two.
            return Compare(Names(before), Names(after));
        }
    }

    /// <summary>Returns the settings of a volume by name, in the order in which they are told.</summary>
    internal static IReadOnlyList<VolumeSetting> Read(IContentSource objects, ImageDisk disk, ImageVolume volume)
    {
        using var content = new LayoutSource(objects, disk.Layout, disk.Length);
        IReadOnlyList<VolumeSetting> rest = volume.Root is null ? []
            : VolumeSettings.Read(volume.FileSystem, new SubSource(content, volume.Range.Intersect(new ByteRange(0, disk.Length))));
        return [.. Names(volume), .. rest];
    }

    private static IReadOnlyList<VolumeSetting> Names(ImageVolume volume) =>
        [new("file system", volume.FileSystem), new("label", volume.Label), new("UUID", volume.Uuid)];

    internal static IReadOnlyList<SettingChange> Compare(IReadOnlyList<VolumeSetting> before, IReadOnlyList<VolumeSetting> after)
    {
        Dictionary<string, string> old = before.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        Dictionary<string, string> now = after.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        return [.. old.Keys.Union(now.Keys).Select(name => new SettingChange(name, Value(old, name), Value(now, name)))
            .Where(change => change.Before != change.After)];
    }

    private static string Value(Dictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out string? value) ? value : name.StartsWith(VolumeSettings.FeaturePrefix, StringComparison.Ordinal)
            ? "off" : "";
}
