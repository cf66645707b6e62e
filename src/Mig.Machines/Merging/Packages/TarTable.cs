using System.Text;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// A tar archive as a table of its members, header and content as they are. Source: POSIX.1-2024, "ustar interchange format"; of
/// extensions, only that a member may have them before it.
/// </summary>
internal static class TarTable
{
    private const int BlockSize = 512;
    private const int NameSize = 100;
    private const int SizeOffset = 124;
    private const int SizeLength = 12;
    private const int TypeOffset = 156;

    /// <summary>Returns the members of an archive by name; all in one when it is damaged, so that it is not taken apart.</summary>
    public static List<KeyedItem> Split(byte[] archive)
    {
        var items = new List<KeyedItem>();
        string text = Encoding.Latin1.GetString(archive);
        int begin = 0;
        for (int at = 0; at + BlockSize <= text.Length && text[at] != '\0';)
        {
            if (Size(text.AsSpan(at + SizeOffset, SizeLength)) is not { } size || at + BlockSize + RoundUp(size) > text.Length)
                return [new KeyedItem("", text)];

            // Extended headers belong to the member that follows.
            bool isExtension = text[at + TypeOffset] is 'x' or 'g' or 'L' or 'K';
            string name = text.Substring(at, NameSize).TrimEnd('\0');
            at += (int)(BlockSize + RoundUp(size));
            if (isExtension)
                continue;
            if (items.All(item => item.Key != name))
                items.Add(new KeyedItem(name, text[begin..at]));
            begin = at;
        }

        return items;
    }

    /// <summary>Makes an archive of merged members: two empty blocks end it.</summary>
    public static MergedText End(MergedText members) => members with { Text = [.. members.Text, .. new byte[2 * BlockSize]] };

    private static long RoundUp(long size) => (size + BlockSize - 1) / BlockSize * BlockSize;

    private static long? Size(ReadOnlySpan<char> field)
    {
        long size = 0;
        foreach (char c in field.Trim(['\0', ' ']))
        {
            if (c is < '0' or > '7')
                return null;
            size = (size << 3) | (uint)(c - '0');
        }

        return size;
    }
}
