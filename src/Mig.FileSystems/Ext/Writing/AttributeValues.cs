using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Inodes that hold the value of an extended attribute (<c>ea_inode</c>), and count how many attributes share it.</summary>
internal sealed class AttributeValues(WritableVolume volume)
{
    private const ushort Mode = 0x8180; // a regular file of mode 0600

    /// <summary>Puts a value into a new inode.</summary>
    /// <param name="owner">The inode whose attribute it is.</param>
    public AttributeItem Create(WritableInode owner, AttributeItem item, byte[] value)
    {
        WritableInode inode = volume.Inodes.Take(volume.InodeAllocator.Allocate(owner.Number, isDirectory: false));
        inode.Clear(volume.NewExtraSize);
        Inode ownerView = owner.View;
        inode.Mode = Mode;
        inode.SetOwner(ownerView.Uid, ownerView.Gid);
        inode.LinkCount = 1;
        inode.Flags = InodeFlags.AttributeValue;
        inode.SetModifiedTime(volume.Now);
        volume.Blocks.Initialize(inode);
        inode.Seal();
        volume.Contents.Append(inode, new Content(new MemorySource(value)));
        uint hash = Crc32C.Append(volume.Geometry.ChecksumSeed, value);
        inode.AccessSeconds = hash;
        SetCount(inode, 1);
        inode.Seal();
        return item with { ValueInode = (uint)inode.Number, ValueHash = hash };
    }

    /// <summary>Returns the hash that an inode keeps of its value.</summary>
    public uint GetHash(uint number) => volume.Table.GetValue(number).AccessSeconds;

    /// <summary>Says that one more attribute has the value.</summary>
    public void Share(uint number)
    {
        WritableInode inode = Edit(number);
        SetCount(inode, GetCount(inode) + 1);
        inode.Seal();
    }

    /// <summary>Says that one attribute less has the value; with the last one it goes.</summary>
    public void Release(uint number)
    {
        WritableInode inode = Edit(number);
        long count = GetCount(inode) - 1;
        if (count > 0)
        {
            SetCount(inode, count);
            inode.Seal();
            return;
        }

        SetCount(inode, 0);
        new NodeRemover(volume).Delete(inode);
    }

    private WritableInode Edit(uint number)
    {
        _ = volume.Table.GetValue(number);
        return volume.Inodes.Take(number);
    }

    // The count stands in the changed time (high) and the version (low).
    private static long GetCount(WritableInode inode) => (long)inode.ChangedSeconds << 32 | inode.Version;

    private static void SetCount(WritableInode inode, long count)
    {
        inode.ChangedSeconds = (uint)(count >> 32);
        inode.Version = (uint)count;
    }
}
