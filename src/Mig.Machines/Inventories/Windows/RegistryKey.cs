using System.Buffers.Binary;

namespace Mig.Machines.Inventories.Windows;

/// <summary>A key of a hive; read when it is asked for.</summary>
/// <param name="cell">Where it stands.</param>
internal sealed class RegistryKey(Hive hive, uint cell, string name)
{
    private const int Size = 0x4C;
    private const ushort HasByteName = 0x20;
    private const uint None = 0xFFFFFFFF;
    private const int MaxNameSize = 2 * 256;

    public string Name { get; } = name;

    /// <summary>Returns the key below that a path leads to; null when there is none.</summary>
    /// <param name="path">Names with backslashes between them, in any case.</param>
    public RegistryKey? Open(string path)
    {
        RegistryKey? key = this;
        foreach (string part in path.Split('\\'))
            key = key?.GetSubkeys().FirstOrDefault(child => child.Name.Equals(part, StringComparison.OrdinalIgnoreCase));
        return key;
    }

    /// <summary>Returns the keys below, in the order of their list.</summary>
    public IReadOnlyList<RegistryKey> GetSubkeys()
    {
        ReadOnlySpan<byte> key = Read();
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(key[0x14..]), list = BinaryPrimitives.ReadUInt32LittleEndian(key[0x1C..]);
        var subkeys = new List<RegistryKey>();
        if (count == 0 || list == None)
            return subkeys;

        // Lists could name the same keys over and over: there cannot be more than cells that hold one.
        if (count > hive.Length / Size)
            throw hive.Corrupt("REG-007", cell, $"key has {count} subkeys, the hive has room for {hive.Length / Size}");
        AddList(list, subkeys, (int)count, isInner: false);
        return subkeys.Count == count ? subkeys
            : throw hive.Corrupt("REG-007", cell, $"key has {count} subkeys, its lists have {subkeys.Count}");
    }

    /// <summary>Returns the values, in the order of their list.</summary>
    public IEnumerable<RegistryValue> GetValues()
    {
        uint count = U32(0x24), list = U32(0x28);
        if (count == 0 || list == None)
            yield break;
        if (count > hive.Length / sizeof(uint))
            throw hive.Corrupt("REG-008", cell, $"key has {count} values, the hive has room for {hive.Length / sizeof(uint)}");
        for (int i = 0; i < (int)count; i++)
            yield return new RegistryValue(
                hive, BinaryPrimitives.ReadUInt32LittleEndian(hive.GetCell(list, (int)count * sizeof(uint))[(i * sizeof(uint))..]));
    }

    /// <summary>Returns a value by its name, in any case; null when there is none.</summary>
    /// <param name="valueName">Empty for the unnamed one.</param>
    public RegistryValue? Find(string valueName) =>
        GetValues().FirstOrDefault(value => value.Name.Equals(valueName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the text of a value; empty when there is none, or it is no text.</summary>
    public string Text(string valueName) => Find(valueName)?.Text ?? "";

    /// <summary>Returns the number of a value; null when there is none, or it is no number.</summary>
    public uint? Number(string valueName) => Find(valueName)?.Number;

    private ReadOnlySpan<byte> Read()
    {
        ReadOnlySpan<byte> key = hive.GetCell(cell, Size);
        return key.StartsWith("nk"u8) ? key : throw hive.Corrupt(
            "REG-006", cell, $"signature is 0x{BinaryPrimitives.ReadUInt16LittleEndian(key):x4}, \"nk\" needed for a key");
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(Read()[field..]);

    private void AddList(uint list, List<RegistryKey> subkeys, int maxCount, bool isInner)
    {
        ReadOnlySpan<byte> bytes = hive.GetCell(list, sizeof(uint));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        bool isIndex = bytes.StartsWith("ri"u8), isPlain = bytes.StartsWith("li"u8), isHashed = bytes.StartsWith("lf"u8)
            || bytes.StartsWith("lh"u8);
        if (!(isIndex && !isInner) && !isPlain && !isHashed)
            throw hive.Corrupt("REG-009", list,
                $"signature is 0x{BinaryPrimitives.ReadUInt16LittleEndian(bytes):x4}, a list of subkeys needed");
        int step = isHashed ? 2 * sizeof(uint) : sizeof(uint);
        if (count > (bytes.Length - sizeof(uint)) / step)
            throw hive.Corrupt("REG-010", list, $"list has {count} entries, room for {(bytes.Length - sizeof(uint)) / step}");

        for (int i = 0; i < count && subkeys.Count <= maxCount; i++)
        {
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) + (i * step))..]);
            if (isIndex)
                AddList(offset, subkeys, maxCount, isInner: true);
            else
                subkeys.Add(new RegistryKey(hive, offset, ReadName(offset)));
        }
    }

    private string ReadName(uint offset)
    {
        ReadOnlySpan<byte> key = new RegistryKey(hive, offset, "").Read();
        int length = BinaryPrimitives.ReadUInt16LittleEndian(key[0x48..]);
        if (length > Math.Min(MaxNameSize, key.Length - Size))
            throw hive.Corrupt("REG-011", offset,
                $"name of the key has {length} bytes, at most {MaxNameSize} and room for {key.Length - Size}");
        return RegistryValue.DecodeName(key.Slice(Size, length), (BinaryPrimitives.ReadUInt16LittleEndian(key[0x02..]) & HasByteName) != 0);
    }
}
