using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Nbd.Wire;

/// <summary>What comes with an option (NBD protocol, "Option types").</summary>
internal static class OptionData
{
    /// <summary>Reads the name of a disk alone.</summary>
    /// <returns>Null when it is not one: too long, or not UTF-8.</returns>
    public static string? TryReadName(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= NbdLimits.MaxText && !bytes.Contains((byte)0) && Utf8Text.TryDecode(bytes, out string? name) ? name : null;

    /// <summary>Reads what INFO and GO bring: a name, and what the client wants to know.</summary>
    /// <returns>False when it breaks its form.</returns>
    public static bool TryReadInfo(ReadOnlySpan<byte> bytes, out string name, out HashSet<NbdInfo> wanted)
    {
        wanted = [];
        if (!TryTakeText(ref bytes, out name) || bytes.Length < 2)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        bytes = bytes[2..];
        if (bytes.Length != 2 * count)
            return false;
        for (; bytes.Length > 0; bytes = bytes[2..])
            wanted.Add((NbdInfo)BinaryPrimitives.ReadUInt16BigEndian(bytes));
        return true;
    }

    /// <summary>Reads what LIST_META_CONTEXT and SET_META_CONTEXT bring: a name, and queries.</summary>
    /// <returns>False when it breaks its form.</returns>
    public static bool TryReadQueries(ReadOnlySpan<byte> bytes, out string name, out List<string> queries)
    {
        queries = [];
        if (!TryTakeText(ref bytes, out name) || bytes.Length < 4)
            return false;
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        bytes = bytes[4..];
        for (uint i = 0; i < count; i++)
        {
            if (!TryTakeText(ref bytes, out string query))
                return false;
            queries.Add(query);
        }

        return bytes.IsEmpty;
    }

    private static bool TryTakeText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.Length < 4)
            return false;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length > bytes.Length - 4 || TryReadName(bytes.Slice(4, (int)length)) is not { } found)
            return false;
        text = found;
        bytes = bytes[(4 + (int)length)..];
        return true;
    }
}
