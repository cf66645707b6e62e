using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>A partition of a disk.</summary>
/// <param name="Number">The number that Linux gives it: 1 to 4 are MBR primaries, logical ones start at 5; for GPT the slot, from 1. 0 is a
/// bare disk.</param>
/// <param name="Range">Where it lies on the disk, in bytes.</param>
/// <param name="Type">The type: two hexadecimal digits (MBR) or a GUID in lower case (GPT).</param>
/// <param name="Name">The GPT name, else empty.</param>
public sealed record Partition(int Number, ByteRange Range, string Type, string Name)
{
    /// <summary>
    /// The id that Linux calls <c>PARTUUID</c>: a GUID in lower case (GPT), or the disk's signature and the number (MBR); empty for a bare
    /// disk.
    /// </summary>
    public string UniqueId { get; init; } = "";
}
