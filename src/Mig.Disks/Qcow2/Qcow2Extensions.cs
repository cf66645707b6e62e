using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Qcow2;

// Layout: QEMU docs/interop/qcow2.txt, "Header extensions": u32 type, u32 length, the data, padded to 8 bytes; type 0 ends the list.
/// <summary>The list of extensions after the header.</summary>
internal static class Qcow2Extensions
{
    public const uint BackingFormat = 0xE2792ACA;
    public const uint Bitmaps = 0x23852875;
    public const uint FeatureNames = 0x6803F857;
    private const uint End = 0;
    private const int HeadLength = 8;

    /// <summary>Returns the extensions, each with the place of its data.</summary>
    /// <param name="head">The first cluster, up to the backing file's name.</param>
    /// <param name="start">Length of the header.</param>
    public static IReadOnlyList<(uint Type, Range Data)> List(ReadOnlySpan<byte> head, int start, string path)
    {
        var extensions = new List<(uint Type, Range Data)>();
        for (int at = start; at <= head.Length - HeadLength;)
        {
            uint type = BinaryPrimitives.ReadUInt32BigEndian(head[at..]);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(head[(at + 4)..]);
            if (type == End)
                break;
            if (length > head.Length - at - HeadLength)
                throw new CorruptImageException("QCOW2-008",
                    $"header extension {type:x8} at {at} of {path}: {length} bytes, at most {head.Length - at - HeadLength} allowed");
            extensions.Add((type, (at + HeadLength)..(at + HeadLength + (int)length)));
            at += HeadLength + (((int)length + 7) & ~7);
        }

        return extensions;
    }

    /// <summary>Writes the format of the backing file and the end of the list.</summary>
    /// <returns>How many bytes that takes.</returns>
    public static int Write(Span<byte> bytes, string backingFormat)
    {
        int length = Encoding.ASCII.GetBytes(backingFormat, bytes[HeadLength..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BackingFormat);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], length);
        return HeadLength + ((length + 7) & ~7) + HeadLength;
    }
}
