using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>
/// What of a node's metadata FAT can hold: one owner, whether a file may be written, times from 1980 to 2107, four attributes.
/// </summary>
internal static class MetadataRules
{
    private const int WriteBits = 0x92; // -w--w--w-
    private const DosAttributes Settable = DosAttributes.ReadOnly | DosAttributes.Hidden | DosAttributes.System | DosAttributes.Archive;

    /// <summary>Returns the nearest that can be held.</summary>
    public static NodeMetadata Fit(NodeType type, NodeMetadata wanted)
    {
        int mode = type == NodeType.File && (wanted.Mode & WriteBits) == 0 ? NodeReader.ReadOnlyMode : NodeReader.Mode;
        Timestamp? time = wanted.ModifiedTime is not { } modified ? null : modified < FatTime.Min ? FatTime.Min : modified > FatTime.Max
            ? FatTime.Max : modified;
        return new NodeMetadata(mode, ModifiedTime: time);
    }

    /// <summary>Returns the attributes that stand for a node's metadata.</summary>
    /// <exception cref="RefusedOperationException">It cannot be held.</exception>
    public static DosAttributes Check(NodeType type, NodeMetadata metadata)
    {
        CheckOwner(metadata.Uid, metadata.Gid);
        if (metadata.ModifiedTime is { } time)
            CheckTime(time);
        DosAttributes readOnly = CheckMode(type, metadata.Mode);
        return type == NodeType.Directory ? DosAttributes.Directory : DosAttributes.Archive | readOnly;
    }

    /// <exception cref="RefusedOperationException">It is not root's.</exception>
    public static void CheckOwner(uint uid, uint gid)
    {
        if (uid != 0 || gid != 0)
            throw new RefusedOperationException(RefusalReason.NotInFormat, $"FAT has no owners: {uid}:{gid} cannot be stored, only 0:0");
    }

    /// <returns>The read-only attribute, or none.</returns>
    /// <exception cref="RefusedOperationException">FAT has no such mode.</exception>
    public static DosAttributes CheckMode(NodeType type, int mode)
    {
        if (mode == NodeReader.Mode)
            return DosAttributes.None;
        if (mode == NodeReader.ReadOnlyMode && type == NodeType.File)
            return DosAttributes.ReadOnly;
        string octal = Convert.ToString(mode, 8);
        throw new RefusedOperationException(RefusalReason.NotInFormat, type == NodeType.File
            ? $"FAT has no permissions: mode {octal} cannot be stored, only 755, and 555 for a read-only file"
            : $"FAT has no permissions: mode {octal} cannot be stored, only 755 for a directory");
    }

    /// <exception cref="RefusedOperationException">It is out of range.</exception>
    public static void CheckTime(Timestamp time)
    {
        if (time < FatTime.Min || time.Seconds > FatTime.Max.Seconds + 1)
            throw new RefusedOperationException(
                RefusalReason.NotInFormat, $"FAT has times from 1980 to 2107: {time.Seconds} s since 1970 cannot be stored");
    }

    /// <summary>Returns the attributes that a value of <see cref="NodeReader.AttributeName"/> says.</summary>
    /// <exception cref="RefusedOperationException">The value is none of FAT's.</exception>
    public static DosAttributes ParseAttributes(ReadOnlySpan<byte> value, bool isDirectory)
    {
        uint attributes = value.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : uint.MaxValue;
        DosAttributes type = isDirectory ? DosAttributes.Directory : DosAttributes.None;
        if ((attributes & ~(uint)(Settable | type)) != 0)
            throw new RefusedOperationException(
                RefusalReason.BadAttribute,
                $"DOS attributes of {value.Length} bytes cannot be stored: four bytes needed, and no bits but "
                    + $"0x{(uint)(Settable | type):x}");
        return (DosAttributes)attributes | type;
    }
}
