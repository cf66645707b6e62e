using System.Buffers.Binary;
using System.Text;

namespace Mig.Nbd.Wire;

/// <summary>Makes replies (NBD protocol, "Simple reply message" and "Structured reply chunk message").</summary>
internal static class NbdReply
{
    /// <summary>Bytes in front of the data of a simple reply.</summary>
    public const int SimpleSize = 16;

    /// <summary>Bytes in front of the payload of a chunk.</summary>
    public const int ChunkSize = 20;

    /// <summary>Bytes in front of the data of a chunk of contents.</summary>
    public const int DataSize = ChunkSize + 8;

    /// <summary>Bytes of a chunk that stands for zeros.</summary>
    public const int HoleSize = ChunkSize + 12;

    /// <summary>Bytes of a description of an extent.</summary>
    public const int ExtentSize = 8;

    /// <summary>The number by which the client is told of <c>base:allocation</c>.</summary>
    public const uint AllocationContext = 1;

    private const ushort DoneFlag = 1;
    private const uint HoleAndZero = 3;

    public static void WriteSimple(Span<byte> to, ulong cookie, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, NbdMagic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], cookie);
    }

    public static void WriteData(Span<byte> to, ulong cookie, ulong offset, int length, bool isLast)
    {
        WriteChunk(to, cookie, NbdChunk.OffsetData, 8 + length, isLast);
        BinaryPrimitives.WriteUInt64BigEndian(to[ChunkSize..], offset);
    }

    public static void WriteHole(Span<byte> to, ulong cookie, ulong offset, int length, bool isLast)
    {
        WriteChunk(to, cookie, NbdChunk.OffsetHole, 12, isLast);
        BinaryPrimitives.WriteUInt64BigEndian(to[ChunkSize..], offset);
        BinaryPrimitives.WriteInt32BigEndian(to[(ChunkSize + 8)..], length);
    }

    /// <summary>A whole reply that has nothing to say but that all went well.</summary>
    public static byte[] MakeDone(ulong cookie)
    {
        byte[] reply = new byte[ChunkSize];
        WriteChunk(reply, cookie, NbdChunk.None, 0, isLast: true);
        return reply;
    }

    /// <summary>A whole reply that says what went wrong.</summary>
    public static byte[] MakeError(ulong cookie, NbdError error, string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message);
        int length = Math.Min(text.Length, NbdLimits.MaxText);
        byte[] reply = new byte[ChunkSize + 6 + length];
        WriteChunk(reply, cookie, NbdChunk.Error, 6 + length, isLast: true);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(ChunkSize), (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(ChunkSize + 4), (ushort)length);
        text.AsSpan(0, length).CopyTo(reply.AsSpan(ChunkSize + 6));
        return reply;
    }

    /// <summary>A whole reply that says which parts of a range are stored.</summary>
    public static byte[] MakeBlockStatus(ulong cookie, IReadOnlyList<(uint Length, bool IsStored)> extents)
    {
        byte[] reply = new byte[ChunkSize + 4 + (ExtentSize * extents.Count)];
        WriteChunk(reply, cookie, NbdChunk.BlockStatus, reply.Length - ChunkSize, isLast: true);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(ChunkSize), AllocationContext);
        Span<byte> to = reply.AsSpan(ChunkSize + 4);
        foreach ((uint length, bool isStored) in extents)
        {
            BinaryPrimitives.WriteUInt32BigEndian(to, length);
            BinaryPrimitives.WriteUInt32BigEndian(to[4..], isStored ? 0 : HoleAndZero);
            to = to[ExtentSize..];
        }

        return reply;
    }

    private static void WriteChunk(Span<byte> to, ulong cookie, NbdChunk type, int length, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, NbdMagic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], isLast ? DoneFlag : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], cookie);
        BinaryPrimitives.WriteInt32BigEndian(to[16..], length);
    }
}
