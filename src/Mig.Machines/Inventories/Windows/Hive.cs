using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Machines.Inventories.Windows;

/// <summary>A hive of the registry of Windows, in memory.</summary>
/// <remarks>
/// Layout: "Windows registry file format specification" of the regf project; hivex(3). All integers little-endian; offsets count from the
/// end of the base block.
/// </remarks>
internal sealed class Hive
{
    private const int BaseBlockSize = 4096;
    private const int CellHeaderSize = sizeof(int);

    private readonly byte[] _bytes;
    private readonly string _name;
    private readonly int _end;

    private Hive(byte[] bytes, string name, int end)
    {
        (_bytes, _name, _end) = (bytes, name, end);
        IsDirty = U32(Field.FirstSequence) != U32(Field.SecondSequence);
        Root = new RegistryKey(this, U32(Field.Root), "");
    }

    /// <summary>Tells whether changes wait in the hive's log files, which are not read.</summary>
    public bool IsDirty { get; }

    public RegistryKey Root { get; }

    /// <summary>Bytes of all cells.</summary>
    public int Length => _end;

    /// <param name="name">How to call the hive in messages.</param>
    /// <exception cref="CorruptImageException">The bytes are no hive.</exception>
    public static Hive Parse(byte[] bytes, string name)
    {
        if (bytes.Length < BaseBlockSize || !bytes.AsSpan().StartsWith("regf"u8))
            throw new CorruptImageException(
                "REG-001", $"{name}: {bytes.Length} bytes without the magic \"regf\", {BaseBlockSize} or more needed");
        uint major = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(Field.Major)),
            length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(Field.Length));
        if (major != 1)
            throw new CorruptImageException("REG-002", $"{name}: version is {major}, 1 needed");
        if (length > bytes.Length - BaseBlockSize)
            throw new CorruptImageException(
                "REG-003", $"{name}: its bins have {length} bytes, the file has {bytes.Length - BaseBlockSize} for them");
        return new Hive(bytes, name, (int)length);
    }

    /// <summary>Returns what is in a cell.</summary>
    /// <param name="minSize">Bytes that its structure needs.</param>
    /// <exception cref="CorruptImageException">There is no such cell, or it is free or too short.</exception>
    public ReadOnlySpan<byte> GetCell(uint offset, int minSize)
    {
        if (offset % 8 != 0 || offset > _end - CellHeaderSize)
            throw new CorruptImageException(
                "REG-004", $"{_name}: a cell at 0x{offset:x} is named, multiples of 8 within {_end} bytes allowed");
        long size = -(long)BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(BaseBlockSize + (int)offset));
        if (size < CellHeaderSize + minSize || size > _end - offset)
            throw new CorruptImageException(
                "REG-005", $"{_name}: cell at 0x{offset:x} has {size} bytes, {CellHeaderSize + minSize} to {_end - offset} in use needed");
        return _bytes.AsSpan(BaseBlockSize + (int)offset + CellHeaderSize, (int)size - CellHeaderSize);
    }

    public CorruptImageException Corrupt(string code, uint cell, string detail) => new(code, $"{_name}: cell at 0x{cell:x}: {detail}");

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private static class Field
    {
        public const int FirstSequence = 0x04;
        public const int SecondSequence = 0x08;
        public const int Major = 0x14;
        public const int Root = 0x24;
        public const int Length = 0x28;
    }
}
