using Mig.Core;
using Mig.History.Trees;

namespace Mig.History.Images;

/// <summary>A volume of a disk: a partition, or the bare disk (number 0).</summary>
/// <param name="Number">As Linux numbers it.</param>
/// <param name="Range">Where it lies on the disk.</param>
/// <param name="PartitionType">What the partition table says it is; empty for a bare disk.</param>
/// <param name="PartitionName">The name that the table gives it.</param>
/// <param name="FileSystem">The file system's type; empty when mig knows none there.</param>
/// <param name="Label">The file system's label.</param>
/// <param name="Uuid">The file system's UUID.</param>
/// <param name="Root">The root directory: an entry without a name; null when the volume was not looked into.</param>
/// <param name="Reason">Why it was not looked into, in one sentence; empty when it was.</param>
public sealed record ImageVolume(
    int Number,
    ByteRange Range,
    string PartitionType,
    string PartitionName,
    string FileSystem,
    string Label,
    string Uuid,
    TreeEntry? Root,
    string Reason)
{
    /// <summary>What of a volume that was looked into could not be read, sorted by the bytes of the paths; none for nearly all.</summary>
    public IReadOnlyList<UnreadPath> Unread { get; init; } = [];

    /// <summary>Whether all of it was read.</summary>
    public bool IsWhole => Root is not null && Unread.Count == 0;
}
