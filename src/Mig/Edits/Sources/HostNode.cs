using Mig.Core;
using Mig.FileSystems;

namespace Mig.Edits.Sources;

/// <summary>What the host says of one of its files.</summary>
/// <param name="Identity">Device and inode: two names with the same are one file.</param>
internal sealed record HostNode(NodeType Type, int Mode, uint Uid, uint Gid, long Size, Timestamp ModifiedTime, uint DeviceMajor,
    uint DeviceMinor, long LinkCount, (ulong Device, ulong Inode) Identity);
