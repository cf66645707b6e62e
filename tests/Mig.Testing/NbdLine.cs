using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mig.Testing;

/// <summary>A client of the NBD protocol that sends and takes single messages, right ones and wrong ones.</summary>
public sealed class NbdLine : IDisposable
{
    public const uint ExportName = 1, Abort = 2, List = 3, StartTls = 5, Info = 6, Go = 7, Structured = 8, ListContext = 9, SetContext = 10;
    public const uint Ack = 1, Server = 2, InfoReply = 3, ContextReply = 4;
    public const uint Unsupported = 0x80000001, Policy = 0x80000002, Invalid = 0x80000003, TlsRequired = 0x80000005, Unknown = 0x80000006,
        TooBig = 0x80000009;
    public const ushort Read = 0, Write = 1, Disconnect = 2, Flush = 3, Trim = 4, Cache = 5, WriteZeroes = 6, BlockStatus = 7;
    public const ulong OptionMagic = 0x49484156454F5054;
    public const uint RequestMagic = 0x25609513;

    private const int Patience = 60_000;

    private readonly Socket _socket;

    public NbdLine(EndPoint endpoint)
    {
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, endpoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified
            : ProtocolType.Tcp);
        _socket.Connect(endpoint);
        Stream = new NetworkStream(_socket, ownsSocket: true) { ReadTimeout = Patience, WriteTimeout = Patience };
    }

    /// <summary>The line; a test that speaks TLS puts another one over it.</summary>
    public Stream Stream { get; set; }

    /// <summary>Takes the greeting and answers it.</summary>
    public NbdLine Greet(uint flags = 3)
    {
        byte[] greeting = Take(18);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != 0x4e42444d41474943
            || BinaryPrimitives.ReadUInt64BigEndian(greeting.AsSpan(8)) != OptionMagic || greeting[17] != 3)
            throw new InvalidDataException($"greeting {Convert.ToHexString(greeting)}");
        byte[] answer = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(answer, flags);
        Send(answer);
        return this;
    }

    /// <summary>Greets, asks for structured replies and what is stored, and chooses a disk.</summary>
    public NbdLine Choose(string name, bool isStructured = true)
    {
        Greet();
        if (isStructured)
        {
            Option(Structured, []);
            Expect(TakeReply(), Ack);
            Option(SetContext, Queries(name, "base:allocation"));
            Expect(TakeReply(), ContextReply);
            Expect(TakeReply(), Ack);
        }

        Option(Go, Named(name));
        Expect(TakeReply(), InfoReply);
        Expect(TakeReply(), Ack);
        return this;
    }

    public void Option(uint option, byte[] data, ulong magic = OptionMagic, uint? length = null)
    {
        byte[] message = new byte[16 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, magic);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), length ?? (uint)data.Length);
        data.CopyTo(message, 16);
        Send(message);
    }

    /// <summary>Takes one reply to an option.</summary>
    public (uint Type, byte[] Payload) TakeReply()
    {
        byte[] header = Take(20);
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != 0x0003e889045565a9)
            throw new InvalidDataException($"reply {Convert.ToHexString(header)}");
        return (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12)), Take(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16))));
    }

    public static byte[] Request(ushort command, ulong offset, uint length, ulong cookie = 1, ushort flags = 0, uint magic = RequestMagic)
    {
        byte[] message = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(message, magic);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(8), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(24), length);
        return message;
    }

    /// <summary>Takes one message of a reply, simple or structured; a simple one has type -1 and its error as payload.</summary>
    public (int Type, bool IsDone, ulong Cookie, byte[] Payload) TakeChunk()
    {
        byte[] magic = Take(4);
        if (BinaryPrimitives.ReadUInt32BigEndian(magic) == 0x67446698)
        {
            byte[] simple = Take(12);
            return (-1, true, BinaryPrimitives.ReadUInt64BigEndian(simple.AsSpan(4)), simple[..4]);
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(magic) != 0x668e33ef)
            throw new InvalidDataException($"reply {Convert.ToHexString(magic)}");
        byte[] header = Take(16);
        return (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)), header[1] == 1,
            BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(4)), Take(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12))));
    }

    /// <summary>Takes a whole structured reply, and puts the bytes of a read together.</summary>
    /// <returns>The error (0 for none), how many parts of contents there were and how many of them were holes.</returns>
    public (uint Error, int Parts, int Holes) TakeRead(ulong offset, Span<byte> bytes)
    {
        uint error = 0;
        int parts = 0, holes = 0;
        bytes.Fill(0xEE);
        while (true)
        {
            (int type, bool isDone, _, byte[] payload) = TakeChunk();
            if (type == 0x8001)
                error = BinaryPrimitives.ReadUInt32BigEndian(payload);
            if (type is 1 or 2)
            {
                int at = (int)(BinaryPrimitives.ReadUInt64BigEndian(payload) - offset);
                parts++;
                holes += type - 1;
                if (type == 1)
                    payload.AsSpan(8).CopyTo(bytes[at..]);
                else
                    bytes.Slice(at, BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(8))).Clear();
            }

            if (isDone)
                return (error, parts, holes);
        }
    }

    public void Send(byte[] bytes) => Stream.Write(bytes);

    public byte[] Take(int length)
    {
        byte[] bytes = new byte[length];
        Stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Tells whether the server has closed the line, after anything that it still had to say.</summary>
    public bool IsClosed()
    {
        try
        {
            byte[] rest = new byte[4096];
            while (Stream.Read(rest) > 0)
            {
            }

            return true;
        }
        catch (IOException e)
        {
            return e.InnerException is not SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock };
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>What INFO and GO bring.</summary>
    public static byte[] Named(string name, params ushort[] infos) =>
        [.. Text(name), .. Short((ushort)infos.Length), .. infos.SelectMany(Short)];

    /// <summary>What LIST_META_CONTEXT and SET_META_CONTEXT bring.</summary>
    public static byte[] Queries(string name, params string[] queries) =>
        [.. Text(name), .. Long((uint)queries.Length), .. queries.SelectMany(Text)];

    public static byte[] Text(string text) => [.. Long((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Long(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    public void Dispose() => Stream.Dispose();

    private static byte[] Short(ushort number) => [(byte)(number >> 8), (byte)number];

    private static void Expect((uint Type, byte[] Payload) reply, uint type)
    {
        if (reply.Type != type)
            throw new InvalidDataException($"reply {reply.Type:x8} ({Encoding.UTF8.GetString(reply.Payload)}), {type} wanted");
    }
}
