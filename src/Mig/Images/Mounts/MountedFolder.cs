using Mig.Core;
using Mig.Fuse;

namespace Mig.Images.Mounts;

/// <summary>A directory of a mount that no image has: its entries are made when they are asked for.</summary>
/// <param name="inode">Not that of another node of the mount.</param>
/// <param name="list">Its names, and how each node is made.</param>
/// <param name="time">What it was changed at last.</param>
internal sealed class MountedFolder(ulong inode, Timestamp time, Func<IEnumerable<(string Name, Func<MountedNode> Node)>> list)
    : MountedNode
{
    private const uint ReadableFolder = 0x4000 | 0x16D; // 0555

    public override ulong Inode => inode;

    public override MountedAttributes Attributes => new(ReadableFolder, 2, 0, 0, 4096, time);

    public override IReadOnlyList<(ReadOnlyMemory<byte> Name, MountedNode Node)> List() =>
        [.. list().Select(entry => ((ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(entry.Name), entry.Node()))];

    public override MountedNode? Find(ReadOnlySpan<byte> name)
    {
        string text = System.Text.Encoding.UTF8.GetString(name);
        foreach ((string each, Func<MountedNode> node) in list())
        {
            if (each == text)
                return node();
        }

        return null;
    }
}
