namespace Mig.Machines.Mounts;

/// <summary>
/// Where systemd mounts partitions that <c>fstab</c> does not name, by their types. Source: the UAPI group's Discoverable Partitions
/// Specification.
/// </summary>
internal static class DiscoverablePartitions
{
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["8484680c-9521-48c7-9c11-b0720656f69e"] = "usr", // x86-64
        ["b0e01050-ee5f-4390-949a-9101b17104e9"] = "usr", // ARM 64-bit
        ["bc13c2ff-59e6-4262-a352-b275fd6f7172"] = "boot",
        ["933ac7e1-2eb4-4f13-b844-0e14e2aef915"] = "home",
        ["3b8f8425-20e0-4f3b-907f-1a25a76f98e8"] = "srv",
        ["4d21b016-b534-45c2-a9fb-5c16e091fd2d"] = "var",
        ["7ec6f557-3bc5-4aca-b293-16ef5df639d1"] = "var/tmp",
    };

    /// <summary>The path for a partition of a type, without a slash at either end; null when it has none.</summary>
    public static string? PathOf(string type) => Paths.GetValueOrDefault(type);
}
