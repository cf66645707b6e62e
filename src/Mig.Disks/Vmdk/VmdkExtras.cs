using System.Text.RegularExpressions;
using Mig.Core.Host;

namespace Mig.Disks.Vmdk;

/// <summary>Names what a VMDK has beyond the disk: what its descriptor says besides, and snapshots that lie over it.</summary>
internal static partial class VmdkExtras
{
    private const int MaxValueLength = 80;
    private const int MaxNames = 8;

    // Written by every product, and anew by whoever writes a descriptor.
    private static readonly string[] Format = ["encoding", "isNativeSnapshot", "ddb.longContentID", "ddb.encoding", "ddb.toolsVersion",
        "ddb.virtualHWVersion", "ddb.geometry.cylinders", "ddb.geometry.heads", "ddb.geometry.sectors"];

    // What a machine is told of its disk. Most disks have these, so that a warning for each would be read by nobody.
    private static readonly string[] Usual =
    [
        "ddb.adapterType", "ddb.geometry.biosCylinders", "ddb.geometry.biosHeads", "ddb.geometry.biosSectors",
        "ddb.toolsInstallType", "ddb.thinProvisioned", "ddb.deletable", "ddb.uuid", "ddb.uuid.image", "ddb.uuid.modification",
        "ddb.uuid.parent",
        "ddb.uuid.parentmodification", "ddb.comment", "ddb.objectParentUri",
    ];

    /// <param name="descriptor">Null when there is none.</param>
    public static void Warn(string path, VmdkDescriptor? descriptor, DiskWarnings warnings)
    {
        if (descriptor is null)
            return;
        foreach ((string key, string value) in descriptor.Others.Where(other => !Is(Format, other.Key)))
        {
            if (key.Equals("changeTrackPath", StringComparison.OrdinalIgnoreCase))
                warnings.AddExtra(path, $"a file that tracks changed blocks, {Quote(value)}");
            else if (Is(Usual, key))
                warnings.AddUsualExtra(path, $"{Clean(key)} = {Quote(value)}");
            else
                warnings.AddExtra(path, $"{Clean(key)} = {Quote(value)} in its descriptor");
        }

        WarnOfSnapshots(path, warnings);
    }

    // VMware keeps what a machine wrote since a snapshot in disk-000001.vmdk beside disk.vmdk: who commits the latter gets the machine as
    // it was.
    private static void WarnOfSnapshots(string path, DiskWarnings warnings)
    {
        string stem = Path.GetFileNameWithoutExtension(path);
        string[] deltas = [.. FilesBeside(path)
            .Where(name => name.StartsWith(stem, StringComparison.Ordinal) && SnapshotEnd().IsMatch(name.AsSpan(stem.Length)))
            .Order(StringComparer.Ordinal).Take(MaxNames + 1)];
        if (deltas.Length > 0)
            warnings.Add(
                path, $"{string.Join(", ", deltas.Take(MaxNames))}{(deltas.Length > MaxNames ? " and more" : "")} beside it "
                + $"{(deltas.Length == 1 ? "is" : "are")} named as snapshots of VMware are: what the machine wrote since lies there; "
                + "commit the newest to have it");
    }

    private static IEnumerable<string> FilesBeside(string path)
    {
        try
        {
            return [.. Directory.EnumerateFiles(HostPath.FolderOf(path), "*-??????.vmdk").Select(file => Path.GetFileName(file)!)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool Is(string[] keys, string key) => Array.Exists(keys, known => known.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static string Quote(string value) => $"\"{Clean(value)}\"";

    private static string Clean(string text)
    {
        string clean = string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
        return clean.Length > MaxValueLength ? clean[..MaxValueLength] + "…" : clean;
    }

    [GeneratedRegex("^-[0-9]{6}[.]vmdk$")]
    private static partial Regex SnapshotEnd();
}
