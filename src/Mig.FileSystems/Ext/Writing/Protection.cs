using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Refuses what the flags of an inode forbid.</summary>
internal static class Protection
{
    /// <summary>Checks that names, owner, mode and attributes may change.</summary>
    public static void CheckMetadata(WritableInode inode) => Check(inode, InodeFlags.Immutable | InodeFlags.AppendOnly);

    /// <summary>Checks that content may change.</summary>
    /// <param name="isAppend">Whether all that is there stays.</param>
    public static void CheckContent(WritableInode inode, bool isAppend)
    {
        if (inode.View.Type != NodeType.File)
            throw new RefusedOperationException(inode.View.Type == NodeType.Directory ? RefusalReason.IsADirectory : RefusalReason.NotAFile,
                $"inode {inode.Number} is not a regular file");
        Check(inode, isAppend ? InodeFlags.Immutable : InodeFlags.Immutable | InodeFlags.AppendOnly);
        if ((inode.Flags & InodeFlags.Verity) != 0)
            throw new RefusedOperationException(
                RefusalReason.Protected, $"inode {inode.Number} is protected by fs-verity and can only be removed");
        if ((inode.Flags & InodeFlags.Encrypted) != 0)
            throw new UnsupportedFeatureException("ext4 encrypt",
                $"inode {inode.Number} is encrypted, and its content cannot be changed without the key; mount the volume to do so");
    }

    private static void Check(WritableInode inode, InodeFlags forbidden)
    {
        if ((inode.Flags & forbidden) != 0)
            throw new RefusedOperationException(
                RefusalReason.Protected,
                $"inode {inode.Number} is {((inode.Flags & InodeFlags.Immutable) != 0 ? "immutable" : "append-only")}; take the attribute "
                + "away first");
    }
}
