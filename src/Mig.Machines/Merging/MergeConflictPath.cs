using System.Text;

namespace Mig.Machines.Merging;

/// <summary>Says where on a machine a path is: <c>/etc/hosts</c>, or <c>@2/boot/x</c> on another volume than that of the system.</summary>
public static class MergeConflictPath
{
    /// <summary>What lies on a disk outside of files.</summary>
    public static string OfDisk(string disk) => "@" + disk;

    /// <param name="prefix">Of the volume; empty for the default one.</param>
    /// <param name="path">Without a slash at either end.</param>
    public static string Of(string prefix, ReadOnlySpan<byte> path) => $"{prefix}/{Encoding.UTF8.GetString(path)}";
}
