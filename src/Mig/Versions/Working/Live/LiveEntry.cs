using Mig.Core;
using Mig.History.Trees;

namespace Mig.Versions.Working.Live;

/// <summary>What stands at a path of a running system.</summary>
/// <param name="Device">The number of its file system.</param>
/// <param name="LinkTarget">Of a symbolic link; else empty.</param>
internal sealed record LiveEntry(
    TreeEntryType Type, int Mode, uint Uid, uint Gid, long Size, Timestamp ModifiedTime, ulong Device, string LinkTarget);
