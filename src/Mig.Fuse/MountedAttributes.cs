using Mig.Core;

namespace Mig.Fuse;

/// <summary>What <c>stat</c> says of a node.</summary>
/// <param name="Mode">The type and the twelve permission bits, as <c>st_mode</c> has them.</param>
/// <param name="Links">How many names it has; for a directory, two and one for each directory in it.</param>
/// <param name="Size">Bytes of content; of a link, of its target.</param>
/// <param name="Modified">All three times of it.</param>
/// <param name="Major">Of a device.</param>
/// <param name="Minor">Of a device.</param>
public readonly record struct MountedAttributes(
    uint Mode, long Links, uint Uid, uint Gid, long Size, Timestamp Modified, uint Major = 0, uint Minor = 0);
