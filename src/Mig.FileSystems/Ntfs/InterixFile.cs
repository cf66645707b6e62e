using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mig.FileSystems.Ntfs;

/// <summary>Links and devices as Interix and ntfs-3g store them: system files whose content begins with a magic number.</summary>
internal static class InterixFile
{
    public const int MaxSize = 8 + (2 * 4096);

    private const int DeviceSize = 24;

    private static ReadOnlySpan<byte> LinkMagic => "IntxLNK\u0001"u8;

    private static ReadOnlySpan<byte> CharacterMagic => "IntxCHR\0"u8;

    private static ReadOnlySpan<byte> BlockMagic => "IntxBLK\0"u8;

    /// <summary>Tells what a system file's content stands for.</summary>
    /// <returns>An ordinary file when it is nothing of these.</returns>
    public static (NodeType Type, byte[] Target, uint Major, uint Minor) Read(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(LinkMagic) && content.Length > LinkMagic.Length && content.Length % 2 == 0)
        {
            ReadOnlySpan<char> target = MemoryMarshal.Cast<byte, char>(content[LinkMagic.Length..]);
            if (!target.Contains('\0'))
                return (NodeType.SymbolicLink, Wtf8.Encode(target), 0, 0);
        }

        bool isCharacter = content.StartsWith(CharacterMagic);
        if (content.Length == DeviceSize && (isCharacter || content.StartsWith(BlockMagic)))
        {
            ulong major = BinaryPrimitives.ReadUInt64LittleEndian(content[0x08..]),
                minor = BinaryPrimitives.ReadUInt64LittleEndian(content[0x10..]);
            if (major <= uint.MaxValue && minor <= uint.MaxValue)
                return (isCharacter ? NodeType.CharacterDevice : NodeType.BlockDevice, [], (uint)major, (uint)minor);
        }

        return (NodeType.File, [], 0, 0);
    }
}
