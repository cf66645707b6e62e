using System.Globalization;
using System.Text;
using Mig.History.Images;

namespace Mig.Browse;

/// <summary>Reads which volumes of an image a machine mounts where. Source: fstab(5).</summary>
internal static class MountTable
{
    private const int MaxMounts = 256;

    /// <summary>Returns the mount points besides the root whose volume is part of the image and was looked into.</summary>
    /// <param name="fstab">The machine's <c>/etc/fstab</c>.</param>
    public static IReadOnlyList<MountPoint> Read(ReadOnlySpan<byte> fstab, MachineImage image, ImageVolume root)
    {
        var mounts = new List<MountPoint>();
        foreach (string line in Encoding.UTF8.GetString(fstab).Split('\n'))
        {
            string[] fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || fields[0][0] == '#' || fields[1][0] != '/' || mounts.Count == MaxMounts)
                continue;
            string path = fields[1].Trim('/');
            if (path.Length > 0 && Find(fields[0], image) is { Root: { } entry } volume && volume != root && !mounts.Exists(mount => mount.Path == path))
                mounts.Add(new MountPoint(path, entry));
        }

        return mounts;
    }

    private static ImageVolume? Find(string device, MachineImage image)
    {
        int equals = device.IndexOf('=', StringComparison.Ordinal);
        string value = device[(equals + 1)..].Trim('"');
        IEnumerable<ImageVolume> volumes = image.Disks.SelectMany(disk => disk.Volumes);
        return (equals < 0 ? "" : device[..equals]) switch
        {
            "UUID" => volumes.FirstOrDefault(volume => volume.Uuid.Equals(value, StringComparison.OrdinalIgnoreCase)),
            "LABEL" => volumes.FirstOrDefault(volume => volume.Label == value),
            "PARTLABEL" => volumes.FirstOrDefault(volume => volume.PartitionName == value),
            "" => FindDevice(value, image),
            _ => null,
        };
    }

    // Such as /dev/sda2, /dev/vdb1 or /dev/nvme0n1p3: the letter or number counts disks.
    private static ImageVolume? FindDevice(string device, MachineImage image)
    {
        ReadOnlySpan<char> name = device.AsSpan()[(device.LastIndexOf('/') + 1)..];
        ReadOnlySpan<char> number = name[(name.LastIndexOfAnyExceptInRange('0', '9') + 1)..];
        if (!device.StartsWith("/dev/", StringComparison.Ordinal) || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int partition))
            return null;
        ReadOnlySpan<char> disk = name[..^number.Length];
        int index = disk switch
        {
            ['s' or 'v' or 'h', 'd', >= 'a' and <= 'z' and char letter] => letter - 'a',
            ['x', 'v', 'd', >= 'a' and <= 'z' and char letter] => letter - 'a',
            ['n', 'v', 'm', 'e', >= '0' and <= '9' and char digit, 'n', '1', 'p'] => digit - '0',
            _ => -1,
        };
        return index < 0 || index >= image.Disks.Count ? null : image.Disks[index].Volumes.FirstOrDefault(volume => volume.Number == partition);
    }
}
