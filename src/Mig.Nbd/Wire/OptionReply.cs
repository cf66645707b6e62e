using System.Buffers.Binary;
using System.Text;

namespace Mig.Nbd.Wire;

/// <summary>Makes the replies to options (NBD protocol, "Fixed newstyle negotiation").</summary>
internal static class OptionReply
{
    private const int HeaderSize = 20;

    public static byte[] Make(NbdOption option, NbdOptionReply reply, ReadOnlySpan<byte> payload = default)
    {
        byte[] message = new byte[HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, NbdMagic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), (uint)reply);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(16), payload.Length);
        payload.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }

    /// <summary>Says why not, for people.</summary>
    public static byte[] MakeError(NbdOption option, NbdOptionReply reply, string message) => Make(option, reply, Cut(message));

    /// <summary>One line of the list of disks.</summary>
    public static byte[] MakeServer(NbdExportEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name);
        byte[] description = Cut(entry.Description);
        byte[] payload = new byte[4 + name.Length + description.Length];
        BinaryPrimitives.WriteInt32BigEndian(payload, name.Length);
        name.CopyTo(payload.AsSpan(4));
        description.CopyTo(payload.AsSpan(4 + name.Length));
        return Make(NbdOption.List, NbdOptionReply.Server, payload);
    }

    public static byte[] MakeExport(NbdOption option, long length, NbdTransmissionFlags flags)
    {
        Span<byte> payload = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)NbdInfo.Export);
        BinaryPrimitives.WriteInt64BigEndian(payload[2..], length);
        BinaryPrimitives.WriteUInt16BigEndian(payload[10..], (ushort)flags);
        return Make(option, NbdOptionReply.Info, payload);
    }

    public static byte[] MakeBlockSize(NbdOption option)
    {
        Span<byte> payload = stackalloc byte[14];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)NbdInfo.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(payload[2..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(payload[6..], NbdLimits.PreferredBlock);
        BinaryPrimitives.WriteUInt32BigEndian(payload[10..], NbdLimits.MaxPayload);
        return Make(option, NbdOptionReply.Info, payload);
    }

    public static byte[] MakeText(NbdOption option, NbdInfo info, string text)
    {
        byte[] bytes = Cut(text);
        byte[] payload = new byte[2 + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)info);
        bytes.CopyTo(payload.AsSpan(2));
        return Make(option, NbdOptionReply.Info, payload);
    }

    public static byte[] MakeContext(NbdOption option, uint id, ReadOnlySpan<byte> name)
    {
        byte[] payload = new byte[4 + name.Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, id);
        name.CopyTo(payload.AsSpan(4));
        return Make(option, NbdOptionReply.MetaContext, payload);
    }

    private static byte[] Cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= NbdLimits.MaxText ? bytes : bytes[..NbdLimits.MaxText];
    }
}
