using System.Buffers.Binary;

namespace Mig.Nbd.Wire;

/// <summary>A request as it came (NBD protocol, "Request message").</summary>
/// <param name="Cookie">Goes into the replies as it is.</param>
/// <param name="Offset">Anything that 64 bits hold; nothing is checked yet.</param>
internal readonly record struct NbdRequest(NbdCommandFlags Flags, NbdCommand Command, ulong Cookie, ulong Offset, uint Length)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 28;

    /// <returns>False when it does not begin as a request does: whatever follows cannot be understood.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out NbdRequest request)
    {
        request = new NbdRequest(
            (NbdCommandFlags)BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        return BinaryPrimitives.ReadUInt32BigEndian(bytes) == NbdMagic.Request;
    }

    /// <summary>Whether all of the range lies on a disk of so many bytes.</summary>
    public bool FitsIn(long length) => Offset <= (ulong)length && Length <= (ulong)length - Offset;
}
