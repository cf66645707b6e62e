using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mig.Fuse;

/// <summary>
/// Writes <c>struct stat</c>, <c>struct fuse_entry_param</c> and <c>struct statvfs</c> as Linux has them on x64 and arm64.
/// </summary>
internal static class StatusLayout
{
    /// <summary>Nothing in a mounted version changes, so the kernel may keep what it was told, in seconds.</summary>
    public const double Timeout = 86400;

    private const int BlockSize = 4096;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Length of <c>struct stat</c>.</summary>
    public static int Length => IsArm ? 128 : 144;

    /// <summary>Length of <c>struct fuse_entry_param</c>.</summary>
    public static int EntryLength => 16 + Length + 16;

    /// <summary>Length of <c>struct statvfs</c>.</summary>
    public const int StatisticsLength = 112;

    public static void Write(Span<byte> to, ulong inode, in MountedAttributes node)
    {
        to[..Length].Clear();
        U64(to, 8, inode);
        int mode = IsArm ? 16 : 24, owner = IsArm ? 24 : 28;
        U32(to, mode, node.Mode);
        if (IsArm)
            U32(to, 20, (uint)node.Links);
        else
            U64(to, 16, (ulong)node.Links);
        U32(to, owner, node.Uid);
        U32(to, owner + 4, node.Gid);
        U64(to, IsArm ? 32 : 40, Device(node.Major, node.Minor));
        U64(to, 48, (ulong)node.Size);
        U32(to, 56, BlockSize);
        U64(to, 64, (ulong)((node.Size + 511) / 512));
        for (int time = 72; time <= 104; time += 16)
        {
            U64(to, time, (ulong)node.Modified.Seconds);
            U64(to, time + 8, (ulong)node.Modified.Nanoseconds);
        }
    }

    public static void WriteEntry(Span<byte> to, ulong id, ulong inode, in MountedAttributes node)
    {
        U64(to, 0, id);
        U64(to, 8, 0);
        Write(to[16..], inode, node);
        BinaryPrimitives.WriteDoubleLittleEndian(to[(16 + Length)..], Timeout);
        BinaryPrimitives.WriteDoubleLittleEndian(to[(24 + Length)..], Timeout);
    }

    /// <summary>A file system of this length with no room left, as one has that cannot be written.</summary>
    public static void WriteStatistics(Span<byte> to, long length)
    {
        to[..StatisticsLength].Clear();
        U64(to, 0, BlockSize);
        U64(to, 8, BlockSize);
        U64(to, 16, (ulong)((length + BlockSize - 1) / BlockSize));
        U64(to, 80, 255);
    }

    // As makedev of glibc packs it.
    private static ulong Device(ulong major, ulong minor) =>
        ((major & 0xFFFFF000) << 32) | ((major & 0xFFF) << 8) | ((minor & 0xFFFFFF00) << 12) | (minor & 0xFF);

    private static void U32(Span<byte> to, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(to[at..], value);

    private static void U64(Span<byte> to, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(to[at..], value);
}
