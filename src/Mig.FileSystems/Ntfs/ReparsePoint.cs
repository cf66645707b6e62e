using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mig.FileSystems.Ntfs;

/// <summary>What a file stands for: a link, or the data of another program. Source: Microsoft [MS-FSCC] 2.1.2.</summary>
internal static class ReparsePoint
{
    public const uint Wof = 0x80000017;
    public const uint Deduplicated = 0x80000013;

    private const uint MountPoint = 0xA0000003;
    private const uint SymbolicLink = 0xA000000C;
    private const uint LinuxSymbolicLink = 0xA000001D;
    private const int HeaderSize = 8;
    private const int MaxTarget = 32 << 10;

    /// <summary>Returns the kind of data.</summary>
    public static uint ReadTag(ReadOnlySpan<byte> data) => data.Length < HeaderSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(data);

    /// <summary>Returns where a symbolic link or junction leads, with slashes; null when it is none or breaks its form.</summary>
    /// <remarks>
    /// An absolute target keeps its drive, <c>C:/Users</c>; that of a volume by its number is <c>Volume{…}/</c>. No path on Linux.
    /// </remarks>
    public static byte[]? ReadTarget(ReadOnlySpan<byte> data)
    {
        uint tag = ReadTag(data);
        if (tag is not (MountPoint or SymbolicLink or LinuxSymbolicLink))
            return null;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(data[0x04..]);
        if (length > data.Length - HeaderSize)
            return null;
        ReadOnlySpan<byte> body = data.Slice(HeaderSize, length);
        if (tag == LinuxSymbolicLink)
            return body.Length <= sizeof(uint) || body[sizeof(uint)..].Contains((byte)0) ? null : body[sizeof(uint)..].ToArray();

        // Both have two names in one buffer, what is followed and what is shown; a symbolic link has a word of flags before it.
        int start = tag == SymbolicLink ? 12 : 8;
        if (body.Length < start)
            return null;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(body), size = BinaryPrimitives.ReadUInt16LittleEndian(body[0x02..]);
        if (size % 2 != 0 || offset % 2 != 0 || start + offset + size > body.Length || size > MaxTarget)
            return null;
        ReadOnlySpan<char> target = MemoryMarshal.Cast<byte, char>(body.Slice(start + offset, size));
        if (target.StartsWith(@"\??\", StringComparison.Ordinal))
            target = target[4..];
        return target.IsEmpty || target.Contains('\0') ? null : Wtf8.Encode(target.ToString().Replace('\\', '/'));
    }
}
