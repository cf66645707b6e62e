using Mig.Core;
using Mig.Fuse;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Mounts;

/// <summary>A disk of a version as a file, as its machine sees it.</summary>
internal sealed class MountedDisk(ulong inode, Timestamp time, IContentSource store, ImageDisk disk) : MountedNode
{
    private const uint ReadableFile = 0x8000 | 0x124; // 0444

    public override ulong Inode => inode;

    public override MountedAttributes Attributes => new(ReadableFile, 1, 0, 0, disk.Length, time);

    public override IByteSource Open() => new LayoutSource(store, disk.Layout, disk.Length);
}
