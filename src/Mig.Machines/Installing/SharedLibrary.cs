using System.Buffers.Binary;
using System.Text;

namespace Mig.Machines.Installing;

/// <summary>
/// What the linker's cache holds of a library. Source: System V ABI, "Dynamic Linking"; elf(5).
/// Of 64 bits, little-endian.
/// </summary>
/// <param name="Machine">What it runs on: 62 is x86-64.</param>
/// <param name="Name">Its own name (<c>DT_SONAME</c>); null when it has none.</param>
/// <param name="NeedsLibc">Whether it is linked with <c>libc.so.6</c>.</param>
internal sealed record SharedLibrary(int Machine, string? Name, bool NeedsLibc)
{
    private const int LoadSegment = 1, DynamicSegment = 2, Needed = 1, StringTable = 5, OwnName = 14;
    private const int MaxSegments = 64;

    /// <returns>Null when it is no library, or one of another kind.</returns>
    public static SharedLibrary? Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < 64 || !file.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            return null;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(file[54..]) != 56 || count > MaxSegments
            || !TrySlice(file, U64(file, 32), (ulong)count * 56, out ReadOnlySpan<byte> headers))
            return null;
        ReadOnlySpan<byte> dynamic = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = headers[(i * 56)..];
            if (BinaryPrimitives.ReadInt32LittleEndian(header) == DynamicSegment
                && !TrySlice(file, U64(header, 8), U64(header, 32), out dynamic))
                return null;
        }

        ulong strings = 0;
        var needed = new List<ulong>();
        ulong? own = null;
        for (int at = 0; at + 16 <= dynamic.Length && U64(dynamic, at) is not 0 and var tag; at += 16)
        {
            ulong value = U64(dynamic, at + 8);
            if (tag == StringTable)
                strings = value;
            else if (tag == Needed)
                needed.Add(value);
            else if (tag == OwnName)
                own = value;
        }

        if (dynamic.IsEmpty || FindOffset(headers, count, strings) is not { } offset)
            return null;
        bool needsLibc = false;
        foreach (ulong name in needed)
            needsLibc |= Text(file, offset + name) == "libc.so.6";
        return new SharedLibrary(BinaryPrimitives.ReadUInt16LittleEndian(file[18..]),
            own is { } at2 ? Text(file, offset + at2) : null, needsLibc);
    }

    private static ulong? FindOffset(ReadOnlySpan<byte> headers, int count, ulong address)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = headers[(i * 56)..];
            ulong start = U64(header, 16);
            if (BinaryPrimitives.ReadInt32LittleEndian(header) == LoadSegment && address >= start && address - start < U64(header, 32))
                return U64(header, 8) + (address - start);
        }

        return null;
    }

    private static string? Text(ReadOnlySpan<byte> file, ulong offset)
    {
        if (offset >= (ulong)file.Length)
            return null;
        ReadOnlySpan<byte> text = file[(int)offset..];
        int end = text.IndexOf((byte)0);
        return end < 0 ? null : Encoding.Latin1.GetString(text[..end]);
    }

    private static bool TrySlice(ReadOnlySpan<byte> file, ulong offset, ulong length, out ReadOnlySpan<byte> slice)
    {
        bool fits = offset <= (ulong)file.Length && length <= (ulong)file.Length - offset;
        slice = fits ? file.Slice((int)offset, (int)length) : default;
        return fits;
    }

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
