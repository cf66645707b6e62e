using Mig.Archives;
using Mig.Core;
using Mig.FileSystems;

namespace Mig.Edits.Layers;

/// <summary>Makes entries of a layer from the members of an archive.</summary>
/// <param name="scratchFolder">Where sparse files are put together.</param>
internal sealed class ArchiveEntry(string scratchFolder)
{
    private const int StepSize = 1 << 20;

    /// <param name="content">What the archive has of the member's content.</param>
    public LayerEntry Of(ArchiveMember member, Stream content) => new()
    {
        Path = member.Path,
        Type = TypeOf(member.Type),
        IsHardLink = member.LinkTo is not null,
        Mode = member.Mode,
        Uid = member.Uid,
        Gid = member.Gid,
        ModifiedTime = member.ModifiedTime,
        Target = member.LinkTo ?? member.Target.ToArray(),
        DeviceMajor = member.DeviceMajor,
        DeviceMinor = member.DeviceMinor,
        Xattrs = member.Xattrs.Count == 0 ? [] : [.. member.Xattrs.Select(static xattr => new ExtendedAttribute(xattr.Name, xattr.Value))],
        MakeFile = (writer, path, metadata) =>
        {
            if (member.Data is null)
                writer.CreateFile(path, writer.Fit(NodeType.File, metadata), content, member.Size);
            else
                MakeSparse(writer, path, metadata, content, member);
        },
    };

    // A sparse file is put together first, so that its holes stay holes.
    private void MakeSparse(IFileSystemWriter writer, byte[] path, NodeMetadata metadata, Stream content, ArchiveMember member)
    {
        using FileTarget scratch = FileTarget.CreateTemporary(scratchFolder, member.Size);
        byte[] buffer = new byte[StepSize];
        foreach (ByteRange range in member.Data!)
        {
            for (long at = 0; at < range.Length;)
            {
                int step = (int)Math.Min(buffer.Length, range.Length - at);
                content.ReadExactly(buffer, 0, step);
                scratch.Write(range.Offset + at, buffer.AsSpan(0, step));
                at += step;
            }
        }

        writer.CreateFile(path, writer.Fit(NodeType.File, metadata), scratch);
    }

    private static NodeType TypeOf(ArchiveMemberType type) => type switch
    {
        ArchiveMemberType.Directory => NodeType.Directory,
        ArchiveMemberType.SymbolicLink => NodeType.SymbolicLink,
        ArchiveMemberType.CharacterDevice => NodeType.CharacterDevice,
        ArchiveMemberType.BlockDevice => NodeType.BlockDevice,
        ArchiveMemberType.Fifo => NodeType.Fifo,
        ArchiveMemberType.Socket => NodeType.Socket,
        _ => NodeType.File,
    };
}
