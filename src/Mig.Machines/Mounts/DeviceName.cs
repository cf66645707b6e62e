using System.Globalization;
using System.Text;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Mounts;

/// <summary>
/// Reads names of devices in the forms that mount(8) and systemd take. Source: fstab(5), systemd.device(5), udev's
/// 60-persistent-storage.rules.
/// </summary>
internal static class DeviceName
{
    private const string Links = "/dev/disk/by-";
    private const string LinksOfDisk = "-part/by-";

    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    private static readonly string[] Tags = ["UUID", "LABEL", "PARTUUID", "PARTLABEL", "ID"];

    /// <summary>Tells whether a device is named by a tag, such as <c>UUID=…</c>.</summary>
    public static bool HasTag(string device) => Array.Exists(Tags, tag => device.StartsWith(tag + "=", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Takes the tag and its value from <c>UUID=…</c> or <c>/dev/disk/by-uuid/…</c>; the tag is in upper case, and empty when there is
    /// none.
    /// </summary>
    public static (string Tag, string Value) ReadTag(string device)
    {
        if (HasTag(device))
        {
            int equals = device.IndexOf('=', StringComparison.Ordinal);
            return (device[..equals].ToUpperInvariant(), device[(equals + 1)..].Trim('"', '\''));
        }

        string path = device.StartsWith('/') ? Path.GetFullPath(device) : device;
        int slash = path.StartsWith(Links, StringComparison.Ordinal) ? path.IndexOf('/', Links.Length) : -1;
        if (slash < 0)
            return ("", path);

        // Newer versions of udev have the links of each disk below its path: by-path/pci-0000:00:07.0-part/by-uuid/....
        int below = path.IndexOf(LinksOfDisk, slash, StringComparison.Ordinal);
        if (below > 0 && path.IndexOf('/', below + LinksOfDisk.Length) is > 0 and var end)
            (slash, path) = (end - below - LinksOfDisk.Length + Links.Length, Links + path[(below + LinksOfDisk.Length)..]);
        string tag = path[Links.Length..slash].ToUpperInvariant(), value = path[(slash + 1)..];
        return tag == "PARTNUM" ? ("ID", $"-part{value}") : (tag, DecodeLink(value));
    }

    /// <summary>
    /// Takes apart <c>/dev/sdb2</c>, <c>/dev/vda</c>, <c>/dev/nvme0n1p3</c>, <c>/dev/mmcblk0p1</c>: which disk it is, from 0, and which
    /// partition, 0 for the bare disk.
    /// </summary>
    public static (int Disk, int Partition)? ReadNode(string device)
    {
        ReadOnlySpan<char> name = device.StartsWith("/dev/", StringComparison.Ordinal) ? device.AsSpan("/dev/".Length) : default;
        // By the numbers of the kernel: disks of SCSI are 8, and have 16 each.
        const int PerDisk = 16;
        if (name.StartsWith("block/8:", StringComparison.Ordinal))
            return int.TryParse(name["block/8:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
                ? (minor / PerDisk, minor % PerDisk) : null;
        foreach (string prefix in (string[])["sd", "vd", "hd", "xvd"])
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            ReadOnlySpan<char> rest = name[prefix.Length..];
            int letters = rest.IndexOfAnyExceptInRange('a', 'z') is >= 0 and var end ? end : rest.Length;
            return letters is 0 or > 3 || Partition(rest[letters..]) is not { } partition ? null : (DiskOf(rest[..letters]), partition);
        }

        foreach (string prefix in (string[])["nvme", "mmcblk", "nbd", "loop", "pmem"])
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            ReadOnlySpan<char> rest = name[prefix.Length..];
            int digits = Digits(rest);
            if (digits == 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int disk))
                return null;
            rest = rest[digits..];
            if (rest is ['n', ..] && prefix == "nvme")
                rest = rest[(1 + Digits(rest[1..]))..];
            return (rest.IsEmpty ? 0 : rest[0] == 'p' && rest.Length > 1 ? Partition(rest[1..]) : null) is { } partition ? (disk, partition)
                : null;
        }

        return null;
    }

    /// <summary>
    /// Takes the partition's number from names that end in <c>-part3</c>, as links of udev for disks do, and from those of multipath,
    /// <c>mpatha3</c>; 0 when there is none.
    /// </summary>
    public static int ReadPartSuffix(string name)
    {
        int at = name.LastIndexOf("-part", StringComparison.Ordinal);
        if (at >= 0)
            return Partition(name.AsSpan(at + "-part".Length)) ?? 0;
        if (!name.StartsWith("mpath", StringComparison.Ordinal))
            return 0;
        ReadOnlySpan<char> rest = name.AsSpan("mpath".Length).TrimStart(Letters);
        return Partition(rest) ?? 0;
    }

    // The 27th disk is sdaa.
    private static int DiskOf(ReadOnlySpan<char> letters)
    {
        int number = 0;
        foreach (char letter in letters)
            number = (number * 26) + (letter - 'a' + 1);
        return number - 1;
    }

    private static int? Partition(ReadOnlySpan<char> digits) =>
        digits.IsEmpty ? 0 : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    // udev writes what a file's name had better not hold as \x20.
    private static string DecodeLink(string name)
    {
        if (!name.Contains("\\x", StringComparison.Ordinal))
            return name;
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(name);
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x'
                && byte.TryParse(text.Slice(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 3;
            }
            else
            {
                bytes.Add(text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
