using Mig.Archives;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Images.Extract.Archives;

/// <summary>Says what is planned in the words of archives.</summary>
internal static class PlannedMember
{
    /// <param name="data">The ranges of a file that are not holes; null when there are none.</param>
    public static ArchiveMember Of(PlannedEntry planned, byte[] path, IReadOnlyList<ByteRange>? data = null)
    {
        TreeEntry entry = planned.Entry;
        return new ArchiveMember
        {
            Path = path,
            Type = TypeOf(entry.Type),
            LinkTo = planned.LinkTo,
            Target = entry.LinkTarget,
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            ModifiedTime = entry.ModifiedTime,
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
            Xattrs = entry.Xattrs.Count == 0 ? [] : [.. entry.Xattrs.Select(static xattr => new ArchiveXattr(xattr.Name, xattr.Value))],
            Size = entry.Type == TreeEntryType.File ? entry.Size : 0,
            Data = data,
        };
    }

    private static ArchiveMemberType TypeOf(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => ArchiveMemberType.Directory,
        TreeEntryType.SymbolicLink => ArchiveMemberType.SymbolicLink,
        TreeEntryType.CharacterDevice => ArchiveMemberType.CharacterDevice,
        TreeEntryType.BlockDevice => ArchiveMemberType.BlockDevice,
        TreeEntryType.Fifo => ArchiveMemberType.Fifo,
        TreeEntryType.Socket => ArchiveMemberType.Socket,
        _ => ArchiveMemberType.File,
    };
}
