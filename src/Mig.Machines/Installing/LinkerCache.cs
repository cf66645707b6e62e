using System.Buffers.Binary;
using System.Text;

namespace Mig.Machines.Installing;

/// <summary>
/// The cache of shared libraries, <c>/etc/ld.so.cache</c>, as <c>ldconfig</c> of glibc 2.33 and later writes it. Source: glibc,
/// <c>elf/cache.c</c>, <c>elf/stringtable.c</c>, <c>sysdeps/generic/dl-cache.h</c>; little-endian.
/// </summary>
internal sealed class LinkerCache
{
    private const int HeaderSize = 48, EntrySize = 24;
    private const int LittleEndian = 2;

    private readonly byte[] _extension;

    private LinkerCache(IReadOnlyList<LinkerCacheEntry> entries, byte[] extension) => (Entries, _extension) = (entries, extension);

    /// <summary>From the last name to the first.</summary>
    public IReadOnlyList<LinkerCacheEntry> Entries { get; }

    /// <returns>Null when it is no cache that could be written as it is.</returns>
    public static LinkerCache? Parse(byte[] bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith("glibc-ld.so.cache1.1"u8) || bytes[28] != LittleEndian)
            return null;
        uint count = U32(bytes, 20), extension = U32(bytes, 32);
        if (extension < HeaderSize || extension > bytes.Length || count > (bytes.Length - HeaderSize) / EntrySize)
            return null;
        var entries = new List<LinkerCacheEntry>();
        for (int i = 0; i < count; i++)
        {
            int at = HeaderSize + (i * EntrySize);
            if (Text(bytes, U32(bytes, at + 4)) is not { } name || Text(bytes, U32(bytes, at + 8)) is not { } path)
                return null;
            entries.Add(new LinkerCacheEntry(name, path, U32(bytes, at), U32(bytes, at + 12), BinaryPrimitives.ReadUInt64LittleEndian(
                bytes.AsSpan(at + 16))));
        }

        // Its one section is of text that says who wrote it, and follows its own description.
        byte[] tail = bytes[(int)extension..];
        if (tail.Length < 24 || U32(tail, 4) != 1 || U32(tail, 16) != extension + 24 || U32(tail, 20) != tail.Length - 24)
            return null;
        var cache = new LinkerCache(entries, tail);
        return cache.Write().AsSpan().SequenceEqual(bytes) ? cache : null;
    }

    /// <summary>Adds libraries whose names it does not have.</summary>
    public LinkerCache Add(IEnumerable<LinkerCacheEntry> added)
    {
        List<LinkerCacheEntry> entries = [.. Entries];
        foreach (LinkerCacheEntry entry in added)
        {
            int at = entries.FindIndex(other => Compare(other.Name, entry.Name) < 0);
            entries.Insert(at < 0 ? entries.Count : at, entry);
        }

        return new LinkerCache(entries, _extension);
    }

    public byte[] Write()
    {
        // A text that is the end of another one is not written.
        string[] texts = [.. Entries.SelectMany(entry => (string[])[entry.Name, entry.Path]).Distinct(StringComparer.Ordinal)];
        Array.Sort(texts, static (left, right) => CompareFromEnd(right, left));
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        using var strings = new MemoryStream();
        string last = "";
        int start = 0, begin = HeaderSize + (Entries.Count * EntrySize);
        foreach (string text in texts)
        {
            if (last.EndsWith(text, StringComparison.Ordinal) && last.Length > 0)
            {
                offsets[text] = start + last.Length - text.Length;
                continue;
            }

            (last, start) = (text, begin + (int)strings.Length);
            offsets[text] = start;
            strings.Write(Encoding.Latin1.GetBytes(text + '\0'));
        }

        int extension = (begin + (int)strings.Length + 3) & ~3;
        byte[] bytes = new byte[extension + _extension.Length];
        "glibc-ld.so.cache1.1"u8.CopyTo(bytes);
        Put(bytes, 20, (uint)Entries.Count);
        Put(bytes, 24, (uint)strings.Length);
        bytes[28] = LittleEndian;
        Put(bytes, 32, (uint)extension);
        for (int i = 0; i < Entries.Count; i++)
        {
            (LinkerCacheEntry entry, int at) = (Entries[i], HeaderSize + (i * EntrySize));
            Put(bytes, at, entry.Flags);
            Put(bytes, at + 4, (uint)offsets[entry.Name]);
            Put(bytes, at + 8, (uint)offsets[entry.Path]);
            Put(bytes, at + 12, entry.Version);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at + 16), entry.Hardware);
        }

        strings.ToArray().CopyTo(bytes, begin);
        _extension.CopyTo(bytes, extension);
        Put(bytes, extension + 16, (uint)extension + 24);
        return bytes;
    }

    /// <summary>The order of names: digits count as numbers.</summary>
    private static int Compare(string left, string right)
    {
        int i = 0, j = 0;
        while (i < left.Length)
        {
            bool isDigit = char.IsAsciiDigit(left[i]), isOther = j < right.Length && char.IsAsciiDigit(right[j]);
            if (isDigit != isOther)
                return isDigit ? 1 : -1;
            if (isDigit)
            {
                int order = Number(left, ref i).CompareTo(Number(right, ref j));
                if (order != 0)
                    return order;
            }
            else if (j >= right.Length || left[i] != right[j])
            {
                return left[i] - (j < right.Length ? right[j] : 0);
            }
            else
            {
                i++;
                j++;
            }
        }

        return j < right.Length ? -right[j] : 0;
    }

    private static long Number(string text, ref int at)
    {
        long number = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
            number = unchecked((number * 10) + text[at] - '0');
        return number;
    }

    private static int CompareFromEnd(string left, string right)
    {
        for (int i = 1; i <= left.Length && i <= right.Length; i++)
        {
            if (left[^i] != right[^i])
                return left[^i] - right[^i];
        }

        return left.Length - right.Length;
    }

    private static string? Text(byte[] bytes, uint offset)
    {
        int end = offset < bytes.Length ? Array.IndexOf(bytes, (byte)0, (int)offset) : -1;
        return end < 0 ? null : Encoding.Latin1.GetString(bytes.AsSpan((int)offset, end - (int)offset));
    }

    private static uint U32(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    private static void Put(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
}
