using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>The object table of a frame: for each object, in order, <c>length &lt;&lt; 3 | kind</c> as LEB128.</summary>
internal static class FrameTable
{
    /// <summary>Writes one entry.</summary>
    /// <returns>The bytes it took, 1 to 5.</returns>
    public static int Write(Span<byte> to, ObjectKind kind, int length)
    {
        uint value = ((uint)length << 3) | (uint)kind;
        int count = 0;
        for (; value >= 0x80; value >>= 7)
            to[count++] = (byte)(value | 0x80);
        to[count++] = (byte)value;
        return count;
    }

    /// <summary>Reads a whole table and checks that it accounts for every byte of the frame.</summary>
    /// <returns>Null and the entries, or what is wrong.</returns>
    public static string? TryRead(ReadOnlySpan<byte> table, in FrameHeader header, out FrameObject[] objects)
    {
        objects = new FrameObject[header.ObjectCount];
        int position = 0;
        long offset = 0;
        for (int i = 0; i < objects.Length; i++)
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (position >= table.Length || shift > 28)
                    return $"the object table breaks off at entry {i}";
                byte part = table[position++];
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                    break;
            }

            var kind = (ObjectKind)(value & 7);
            long length = (long)(value >> 3);
            if (kind > ObjectKind.Tag || length > PackFormat.MaxObjectSize)
                return $"object {i} of the frame has kind {(int)kind} and {length} bytes";
            if (offset + length > header.RawLength)
                return $"object {i} ends at {offset + length} of {header.RawLength} bytes";
            objects[i] = new FrameObject(kind, (int)offset, (int)length);
            offset += length;
        }

        if (offset != header.RawLength || position != table.Length)
            return $"the objects take {offset} of {header.RawLength} bytes";
        return null;
    }
}
