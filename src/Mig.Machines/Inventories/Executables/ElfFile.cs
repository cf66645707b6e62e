using System.Buffers.Binary;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Executables;

/// <summary>
/// The sections of an ELF file. Source: System V ABI, "Object Files"; integers in the order that byte 5 says. A file that breaks the format
/// has none.
/// <code>
/// 64 bits: 18 2 machine 40 8 offset of the section table 58 2 bytes of an entry 60 2 entries 62 2 the entry with the names 32 bits: 32 4
/// 46 2 48 2 50 2 entry: 0 4 offset of the name 24 / 16 8 / 4 offset in the file 32 / 20 8 / 4 bytes
/// </code>
/// </summary>
internal sealed class ElfFile
{
    private const int HeadSize = 64;
    private const int MaxNames = 1 << 20;

    private readonly ContentSource _content;
    private readonly byte[] _table = [];
    private readonly byte[] _names = [];
    private readonly int _entrySize = 1;
    private readonly bool _is64;
    private readonly bool _isBig;

    private ElfFile(ContentSource content, byte[] head)
    {
        _content = content;
        _is64 = head[4] == 2;
        _isBig = head[5] == 2;
        Machine = U16(head, 18);
        int counts = _is64 ? 58 : 46, least = _is64 ? 64 : 40;
        int entrySize = U16(head, counts), entries = U16(head, counts + 2), names = U16(head, counts + 4);
        if (entrySize < least || names >= entries || content.Read(Word(head, _is64 ? 40 : 32), (long)entrySize * entries) is not { } table)
            return;
        (_table, _entrySize) = (table, entrySize);
        (long offset, long size) = Place(names);
        _names = size <= MaxNames ? content.Read(offset, size) ?? [] : [];
    }

    /// <summary>What it runs on, as the ABI counts machines.</summary>
    public int Machine { get; }

    /// <summary>The name of the machine as <c>uname -m</c> has it; empty for those that mig has no name for.</summary>
    public string MachineName => Machine switch
    {
        3 => "i686",
        8 => "mips",
        20 => "ppc",
        21 => _isBig ? "ppc64" : "ppc64le",
        22 => "s390x",
        40 => "armv7l",
        62 => "x86_64",
        183 => "aarch64",
        243 => "riscv64",
        258 => "loongarch64",
        _ => "",
    };

    /// <returns>Null when it is no ELF file.</returns>
    public static ElfFile? Open(ContentSource content) =>
        content.Read(0, HeadSize) is { } head && head.AsSpan().StartsWith("\u007FELF"u8) && head[4] is 1 or 2 && head[5] is 1 or 2
            ? new ElfFile(content, head) : null;

    /// <summary>Returns a section's bytes; null when there is none of that name, or it is larger than allowed.</summary>
    public byte[]? ReadSection(ReadOnlySpan<byte> name, int maxSize)
    {
        for (int i = 0; i < _table.Length / _entrySize; i++)
        {
            uint at = U32(_table, i * _entrySize);
            if (at >= _names.Length || !_names.AsSpan((int)at).StartsWith(name) || at + name.Length >= _names.Length
                || _names[at + name.Length] != 0)
                continue;
            (long offset, long size) = Place(i);
            return size <= maxSize ? _content.Read(offset, size) : null;
        }

        return null;
    }

    private (long Offset, long Size) Place(int section)
    {
        int entry = section * _entrySize;
        return (Word(_table, entry + (_is64 ? 24 : 16)), Word(_table, entry + (_is64 ? 32 : 20)));
    }

    private long Word(byte[] bytes, int offset) => !_is64 ? U32(bytes, offset)
        : _isBig ? BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(offset)) : BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(offset));

    private uint U32(byte[] bytes, int offset) =>
        _isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset)) : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    private int U16(byte[] bytes, int offset) =>
        _isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset)) : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));
}
