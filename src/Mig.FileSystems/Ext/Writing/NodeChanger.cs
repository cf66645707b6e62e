using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Changes the metadata and the content of nodes that exist, and fills in those that are new.</summary>
internal sealed class NodeChanger(WritableVolume volume)
{
    private const InodeFlags Settable = InodeFlags.SecureDeletion | InodeFlags.Undeletable | InodeFlags.Synchronous | InodeFlags.Immutable
        | InodeFlags.AppendOnly | InodeFlags.NoDump
        | InodeFlags.NoAccessTime | InodeFlags.JournalData | InodeFlags.NoTailMerging | InodeFlags.SynchronousDirectory
            | InodeFlags.TopDirectory | InodeFlags.ProjectInherited;

    private const uint MaxOldNumber = 255;
    private const uint MaxMajor = 0xFFF;
    private const uint MaxMinor = 0xFFFFF;
    private const int MaxTargetLength = 4095;

    public void Append(long number, Content content)
    {
        WritableInode inode = EditContent(number, isAppend: true);
        volume.Contents.Append(inode, content);
        Finish(inode);
    }

    public void Replace(long number, Content content)
    {
        WritableInode inode = EditContent(number, isAppend: false);
        volume.Contents.Replace(inode, content);
        Finish(inode);
    }

    public void SetLength(long number, long length)
    {
        WritableInode inode = EditContent(number, isAppend: false);
        volume.Contents.SetLength(inode, length);
        Finish(inode);
    }

    public void SetOwner(long number, uint uid, uint gid) => Change(number, inode => inode.SetOwner(uid, gid));

    public void SetMode(long number, int mode) => Change(number, inode =>
    {
        SetModeBits(inode, mode & Modes.Mask);
        if (volume.Attributes.Find(inode, AttributePrefix.AccessAcl, []) is not { } stored)
            return;
        AclEntries acl = AclEntries.Parse(PosixAcl.ToShownForm(stored))
            ?? throw ExtError.Corrupt("EXT4-077", $"inode {inode.Number}: access control list of {stored.Length} bytes breaks its form");
        acl.Apply(mode);
        volume.Attributes.Set(inode, AttributePrefix.AccessAcl, [], acl.ToStoredForm());
    });

    public void SetTimes(long number, Timestamp modified, Timestamp? accessed) => Change(number, inode =>
    {
        inode.SetModifiedTime(modified);
        if (accessed is { } time)
            inode.SetAccessTime(time);
    });

    public void SetAttributes(long number, uint attributes)
    {
        WritableInode inode = volume.Inodes.Edit(number);
        if (inode.View.Type is not (NodeType.File or NodeType.Directory))
            throw new RefusedOperationException(
                RefusalReason.NotAFile, $"inode {number} is neither a file nor a directory, and has no attributes");
        var wanted = (InodeFlags)attributes;
        InodeFlags changed = (wanted ^ inode.Flags) & InodeFlags.User;
        if ((wanted & ~InodeFlags.User) != 0 || (changed & ~Settable) != 0)
            throw new RefusedOperationException(
                RefusalReason.BadAttribute,
                $"inode {number}: attributes 0x{(uint)inode.Flags & (uint)InodeFlags.User:x} cannot become 0x{attributes:x}; "
                + $"0x{(uint)Settable:x} can be set");
        inode.Flags ^= changed;
        inode.SetChangedTime(volume.Now);
        inode.Seal();
    }

    public void SetExtendedAttribute(long number, ReadOnlySpan<byte> name, byte[] value)
    {
        WritableInode inode = volume.Inodes.Edit(number);
        Protection.CheckMetadata(inode);
        (byte index, byte[] rest) = AttributeNames.Parse(name, value.Length, inode.View.Type!.Value);
        if (index is AttributePrefix.AccessAcl or AttributePrefix.DefaultAcl)
            SetAcl(inode, index, value);
        else
            volume.Attributes.Set(inode, index, rest, value);
        inode.SetChangedTime(volume.Now);
        inode.Seal();
    }

    public void RemoveExtendedAttribute(long number, ReadOnlySpan<byte> name)
    {
        WritableInode inode = volume.Inodes.Edit(number);
        Protection.CheckMetadata(inode);
        (byte index, byte[] rest) = AttributeNames.Parse(name, 0, inode.View.Type!.Value);
        if (!volume.Attributes.Remove(inode, index, rest))
            throw new NotFoundException($"there is no extended attribute {PathResolver.Describe(name)}");
        inode.SetChangedTime(volume.Now);
        inode.Seal();
    }

    /// <summary>Puts the target into a new symbolic link.</summary>
    public void SetTarget(WritableInode inode, ReadOnlySpan<byte> target)
    {
        int max = Math.Min(MaxTargetLength, volume.Geometry.BlockSize - 1);
        if (target.IsEmpty || target.Length > max || target.Contains((byte)0))
            throw new RefusedOperationException(
                RefusalReason.BadName, $"the target of a symbolic link has {target.Length} bytes, 1 to {max} allowed, and no zero byte");
        if (target.Length < Inode.BlockMapSize)
        {
            target.CopyTo(inode.BlockMap);
            inode.Size = target.Length;
        }
        else
        {
            volume.Blocks.Initialize(inode);
            volume.Contents.Append(inode, new Content(new MemorySource(target.ToArray())));
        }

        inode.Seal();
    }

    /// <summary>Puts the numbers into a new device.</summary>
    public static void SetDevice(WritableInode inode, uint major, uint minor)
    {
        if (major > MaxMajor || minor > MaxMinor)
            throw new RefusedOperationException(
                RefusalReason.BadAttribute, $"device {major}:{minor} cannot be stored, at most {MaxMajor}:{MaxMinor} allowed");
        if (major <= MaxOldNumber && minor <= MaxOldNumber)
            BinaryPrimitives.WriteUInt32LittleEndian(inode.BlockMap, major << 8 | minor);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(inode.BlockMap[sizeof(uint)..], (minor & 0xFF) | major << 8 | (minor & 0xFFF00) << 12);
        inode.Seal();
    }

    /// <summary>Moves content out of the inode, into blocks. The inode must be sealed afterwards.</summary>
    private void MoveToBlocks(WritableInode inode)
    {
        long size = volume.Map.GetSize(inode.View);
        byte[] bytes = new byte[InlineData.GetLength(inode.View, size)];
        InlineData.Read(inode.View, 0, bytes);
        volume.Attributes.Remove(inode, AttributePrefix.System, InlineData.AttributeName);
        inode.Flags &= ~InodeFlags.InlineData;
        volume.Blocks.Initialize(inode);
        inode.Size = 0;
        volume.Contents.Append(inode, new Content(new MemorySource(bytes)));
        if (size > bytes.Length)
            volume.Contents.SetLength(inode, size);
    }

    private static void SetModeBits(WritableInode inode, int bits) => inode.Mode = (ushort)((inode.Mode & ~Modes.Mask) | bits);

    private void SetAcl(WritableInode inode, byte index, byte[] value)
    {
        bool isAccess = index == AttributePrefix.AccessAcl;
        AclEntries acl = AclEntries.Parse(value)
            ?? throw new RefusedOperationException(
                RefusalReason.BadAttribute,
                $"access control list of {value.Length} bytes breaks its form; the kernel's is needed: version 2, entries of 8 bytes in "
                + "order");
        if (isAccess && !acl.IsEmpty)
            SetModeBits(inode, (inode.Mode & Modes.Mask & ~Modes.Permissions) | acl.Permissions);
        if (acl.IsEmpty || (isAccess && acl.IsMinimal))
            volume.Attributes.Remove(inode, index, []);
        else
            volume.Attributes.Set(inode, index, [], acl.ToStoredForm());
    }

    private WritableInode EditContent(long number, bool isAppend)
    {
        WritableInode inode = volume.Inodes.Edit(number);
        Protection.CheckContent(inode, isAppend);
        if ((inode.Flags & InodeFlags.InlineData) != 0)
            MoveToBlocks(inode);
        return inode;
    }

    private void Finish(WritableInode inode)
    {
        inode.SetModifiedTime(volume.Now);
        inode.SetChangedTime(volume.Now);
        inode.Seal();
    }

    private void Change(long number, Action<WritableInode> change)
    {
        WritableInode inode = volume.Inodes.Edit(number);
        Protection.CheckMetadata(inode);
        change(inode);
        inode.SetChangedTime(volume.Now);
        inode.Seal();
    }
}
