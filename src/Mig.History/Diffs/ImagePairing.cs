using Mig.History.Images;

namespace Mig.History.Diffs;

/// <summary>Decides which disk and which volume of an image is which of another one.</summary>
public static class ImagePairing
{
    /// <summary>
    /// Pairs disks: by name, then those that share a volume, then by position. The order is that of the later image, then what only the
    /// earlier has.
    /// </summary>
    public static IReadOnlyList<DiskPair> PairDisks(MachineImage before, MachineImage after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return [.. Pair<ImageDisk>(
            before.Disks,
            after.Disks,
            (left, right) => left.Name == right.Name,
            (left, right) => left.Volumes.Any(volume => right.Volumes.Any(other => HasSameSystem(volume, other))),
            (_, _) => true).Select(pair => new DiskPair(pair.Before, pair.After))];
    }

    /// <summary>
    /// Pairs volumes: the same partition of the disk of the same name, then the same UUID, then the same label, then the same partition of
    /// paired disks, then by position.
    /// </summary>
    public static IReadOnlyList<VolumePair> PairVolumes(MachineImage before, MachineImage after)
    {
        IReadOnlyList<DiskPair> disks = PairDisks(before, after);
        return [.. Pair<Place>(
            [.. Places(before)],
            [.. Places(after)],
            (left, right) => left.Disk.Name == right.Disk.Name && left.Volume.Number == right.Volume.Number,
            (left, right) => left.Volume.Uuid.Length > 0 && left.Volume.Uuid == right.Volume.Uuid,
            (left, right) => left.Volume.Label.Length > 0 && left.Volume.Label == right.Volume.Label,
            (left, right) => left.Volume.Number == right.Volume.Number
                && disks.Any(pair => pair.Before == left.Disk && pair.After == right.Disk),
            (left, right) => left.Volume.Root is null == right.Volume.Root is null,
            (_, _) => true).Select(pair => new VolumePair(pair.Before?.Disk, pair.Before?.Volume, pair.After?.Disk, pair.After?.Volume))];
    }

    // Each rule in turn pairs, in order, what the ones before it left over.
    private static IEnumerable<(T? Before, T? After)> Pair<T>(
        IReadOnlyList<T> before, IReadOnlyList<T> after, params ReadOnlySpan<Func<T, T, bool>> rules)
        where T : class
    {
        var partners = new T?[after.Count];
        var left = new List<T>(before);
        foreach (Func<T, T, bool> rule in rules)
        {
            for (int i = 0; i < after.Count && left.Count > 0; i++)
            {
                if (partners[i] is null && left.Find(item => rule(item, after[i])) is { } partner)
                {
                    partners[i] = partner;
                    left.Remove(partner);
                }
            }
        }

        return [.. after.Select((item, i) => (partners[i], (T?)item)), .. left.Select(item => ((T?)item, (T?)null))];
    }

    private static bool HasSameSystem(ImageVolume left, ImageVolume right) => left.Uuid.Length > 0 && left.Uuid == right.Uuid;

    private static IEnumerable<Place> Places(MachineImage image) =>
        image.Disks.SelectMany(disk => disk.Volumes.Select(volume => new Place(disk, volume)));

    private sealed record Place(ImageDisk Disk, ImageVolume Volume);
}
