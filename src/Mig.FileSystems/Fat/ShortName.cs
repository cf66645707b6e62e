using System.Text;

namespace Mig.FileSystems.Fat;

/// <summary>The eleven bytes of a short name: eight and three, filled with spaces.</summary>
internal static class ShortName
{
    public const int Size = 11;
    public const int BaseSize = 8;
    public const byte LowerBase = 0x08; // Windows NT's: the part is shown in lower case
    public const byte LowerExtension = 0x10;

    private const byte StandsForDeletedMark = 0x05; // the first byte 0xE5 would mean a deleted entry
    private const string NoLabel = "NO NAME";

    /// <summary>Returns the name as it is shown.</summary>
    public static string Read(DirectorySlot slot)
    {
        var text = new StringBuilder(Size + 1);
        Append(text, slot.ShortName[..BaseSize], (slot.Case & LowerBase) != 0);
        if (text.Length > 0 && text[0] == (char)StandsForDeletedMark)
            text[0] = CodePage437.Decode(DirectorySlot.Deleted);
        int length = text.Append('.').Length;
        Append(text, slot.ShortName[BaseSize..], (slot.Case & LowerExtension) != 0);
        if (text.Length == length)
            text.Length--;
        return text.ToString();
    }

    /// <summary>Returns a volume label; empty for none.</summary>
    public static string ReadLabel(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(Size);
        Append(text, bytes, isLower: false);
        if (text.Length > 0 && text[0] == (char)StandsForDeletedMark)
            text[0] = CodePage437.Decode(DirectorySlot.Deleted);
        string label = text.ToString();
        return label == NoLabel || label.Contains('\0', StringComparison.Ordinal) ? "" : label;
    }

    /// <summary>Returns what each part of a long name keeps of the short one.</summary>
    public static byte Checksum(ReadOnlySpan<byte> name)
    {
        byte sum = 0;
        foreach (byte value in name[..Size])
            sum = (byte)((sum >> 1 | sum << 7) + value);
        return sum;
    }

    private static void Append(StringBuilder text, ReadOnlySpan<byte> bytes, bool isLower)
    {
        foreach (byte value in bytes.TrimEnd((byte)' '))
            text.Append(isLower ? char.ToLowerInvariant(CodePage437.Decode(value)) : CodePage437.Decode(value));
    }
}
