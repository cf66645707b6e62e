using System.Buffers.Binary;

namespace Mig.Store.Packs;

/// <summary>
/// The 32 bytes before each frame (docs/format.md, "Frames"); the object table and the stored bytes follow.
/// </summary>
internal readonly record struct FrameHeader(
    FrameCodec Codec,
    ObjectClass Class,
    int StoredLength,
    int RawLength,
    int ObjectCount,
    int TableLength,
    uint BodyChecksum)
{
    public const int Size = 32;

    private static ReadOnlySpan<byte> Magic => "MFRM"u8;

    /// <summary>Bytes of the whole frame: header, object table, stored bytes.</summary>
    public int TotalLength => Size + TableLength + StoredLength;

    public void Write(Span<byte> to)
    {
        Magic.CopyTo(to[Field.Magic..]);
        to[Field.Codec] = (byte)Codec;
        to[Field.Class] = (byte)Class;
        to[Field.Zero] = 0;
        to[Field.Zero + 1] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(to[Field.StoredLength..], StoredLength);
        BinaryPrimitives.WriteInt32LittleEndian(to[Field.RawLength..], RawLength);
        BinaryPrimitives.WriteInt32LittleEndian(to[Field.ObjectCount..], ObjectCount);
        BinaryPrimitives.WriteInt32LittleEndian(to[Field.TableLength..], TableLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[Field.BodyChecksum..], BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(to[Field.HeaderChecksum..], Crc32C.Compute(to[..Field.HeaderChecksum]));
    }

    /// <summary>Reads a header and checks every field.</summary>
    /// <returns>Null and the header, or what is wrong.</returns>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < Size)
            return $"{bytes.Length} bytes of a frame header are there, {Size} needed";
        if (!bytes[..4].SequenceEqual(Magic))
            return "no frame begins here";
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Field.HeaderChecksum..]);
        if (checksum != Crc32C.Compute(bytes[..Field.HeaderChecksum]))
            return "the frame header fails its checksum";
        header = new FrameHeader(
            (FrameCodec)bytes[Field.Codec],
            (ObjectClass)bytes[Field.Class],
            BinaryPrimitives.ReadInt32LittleEndian(bytes[Field.StoredLength..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[Field.RawLength..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[Field.ObjectCount..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[Field.TableLength..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[Field.BodyChecksum..]));
        if (header.Codec is not (FrameCodec.Stored or FrameCodec.Zstd))
            return $"frame codec {(int)header.Codec}, at most 1 allowed";
        if (header.Class is not (ObjectClass.Content or ObjectClass.Metadata))
            return $"frame class {(int)header.Class}, at most 1 allowed";
        if (header.RawLength is < 0 or > PackFormat.MaxFrameSize)
            return $"frame length {header.RawLength}, at most {PackFormat.MaxFrameSize} allowed";
        if (header.StoredLength < 0 || header.StoredLength > header.RawLength)
            return $"stored length {header.StoredLength} of {header.RawLength} bytes";
        if (header.Codec == FrameCodec.Stored && header.StoredLength != header.RawLength)
            return $"{header.StoredLength} bytes are stored uncompressed for {header.RawLength}";
        if (header.ObjectCount is < 1 or > PackFormat.MaxFrameObjects)
            return $"{header.ObjectCount} objects in a frame, 1 to {PackFormat.MaxFrameObjects} allowed";
        if (header.TableLength < header.ObjectCount || header.TableLength > 5L * header.ObjectCount)
            return $"an object table of {header.TableLength} bytes for {header.ObjectCount} objects";
        return null;
    }

    private static class Field
    {
        public const int Magic = 0x00;
        public const int Codec = 0x04;
        public const int Class = 0x05;
        public const int Zero = 0x06;
        public const int StoredLength = 0x08;
        public const int RawLength = 0x0C;
        public const int ObjectCount = 0x10;
        public const int TableLength = 0x14;
        public const int BodyChecksum = 0x18;
        public const int HeaderChecksum = 0x1C;
    }
}
