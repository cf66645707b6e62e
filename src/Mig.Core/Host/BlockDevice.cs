using System.Globalization;

namespace Mig.Core.Host;

/// <summary>What Linux knows of the use of a block device.</summary>
public static class BlockDevice
{
    private const int WrittenSectorsField = 6; // Documentation/block/stat.rst, counted from 0

    /// <summary>Returns how many sectors were ever written to a device; 0 when that is not known.</summary>
    public static long CountWrittenSectors(string path)
    {
        if (FolderOf(path) is not { } folder)
            return 0;
        try
        {
            string[] fields = File.ReadAllText(Path.Combine(folder, "stat")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > WrittenSectorsField
                ? long.Parse(fields[WrittenSectorsField], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }

    /// <summary>Tells who could write to a device: a file system mounted from it or a part of it, a volume manager, swap.</summary>
    /// <returns>A clause, as in "it is mounted at /srv"; null when nobody is known, or only file systems that are mounted
    /// read-only.</returns>
    public static string? FindUse(string path)
    {
        if (!LibC.IsHeld(path))
            return null;
        List<(string Device, string Place, bool IsWritable)> mounts = [.. ReadMounts(path)];
        (_, string place, _) = mounts.Find(mount => mount.IsWritable);
        if (place is not null)
            return $"it, or a part of it, is mounted at {place}";
        return mounts.Count > 0 ? null : "the kernel holds it, or a part of it, for a volume manager, an array, swap or another program";
    }

    // Layout: proc_pid_mountinfo(5). The device of a partition lies in the folder of its disk in /sys.
    private static IEnumerable<(string Device, string Place, bool IsWritable)> ReadMounts(string path)
    {
        if (FolderOf(path) is not { } folder)
            yield break;
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            int end = Array.IndexOf(fields, "-");
            if (fields.Length < 6 || end < 0 || end + 3 >= fields.Length || Resolve(fields[2]) is not { } mounted)
                continue;
            if (mounted == folder || mounted.StartsWith(folder + "/", StringComparison.Ordinal))
                yield return (fields[2], fields[4], fields[end + 3].Split(',').Contains("rw"));
        }
    }

    private static string? FolderOf(string path) =>
        FileStatus.Of(path, followsLinks: true) is { } status
            ? Resolve(string.Create(CultureInfo.InvariantCulture, $"{status.SpecialMajor}:{status.SpecialMinor}")) : null;

    private static string? Resolve(string device)
    {
        string link = "/sys/dev/block/" + device;
        try
        {
            return Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
