using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mig.Core;

namespace Mig.Transfer.Protocol;

/// <summary>Reads messages from a peer that need not be honest. For one thread.</summary>
/// <param name="peer">Who writes them, for error messages.</param>
internal sealed class MessageReader(Stream stream, string peer)
{
    private const int FirstBuffer = 64 << 10;

    private byte[] _buffer = new byte[FirstBuffer];
    private int _length;

    /// <summary>Bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The type of the record that was read last.</summary>
    public RecordType Type { get; private set; }

    /// <summary>Its payload, valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Payload => _buffer.AsMemory(0, _length);

    /// <summary>Reads the next record.</summary>
    /// <param name="maxJson">Most bytes that JSON may have.</param>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="RemoteException">The connection broke, the peer reports an error, or does not keep to the protocol.</exception>
    public bool Read(int maxJson = ProtocolLimits.MaxJson)
    {
        if (!TryRead(maxJson))
            throw Broken();
        if (Type == RecordType.Error)
            throw ParseJson(ProtocolJson.Default.ErrorMessage).ToException(peer);
        return Type != RecordType.End;
    }

    /// <summary>Reads the next record, whatever it is.</summary>
    /// <returns>False when the stream ends before it begins.</returns>
    public bool TryRead(int maxJson = ProtocolLimits.MaxJson)
    {
        Span<byte> header = stackalloc byte[MessageWriter.HeaderSize];
        int have = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (have == 0)
            return false;
        if (have < header.Length)
            throw Broken();
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        Type = (RecordType)header[4];
        int allowed = Type switch
        {
            RecordType.End => 0,
            RecordType.Request => ProtocolLimits.MaxRequest,
            RecordType.Json => maxJson,
            RecordType.Ids => ProtocolLimits.IdsPerRecord * ObjectId.Size,
            RecordType.Bits => ProtocolLimits.MaxIds / 8,
            RecordType.Frame => ProtocolLimits.MaxRecord,
            RecordType.Text or RecordType.Error => ProtocolLimits.MaxText,
            _ => throw new RemoteException("REMOTE-011",
                $"{peer} sent a record of type 0x{header[4]:x2}, which this mig does not know; is there a mig at the other end?"),
        };
        if (length < 0 || length > allowed)
            throw new RemoteException("REMOTE-011", $"{peer} sent a record '{(char)Type}' of {length} bytes, at most {allowed} allowed");
        Fill(length);
        Bytes += header.Length + length;
        return true;
    }

    /// <summary>Reads a record that must be of one type.</summary>
    public void Expect(RecordType type, int maxJson = ProtocolLimits.MaxJson)
    {
        if (!Read(maxJson) || Type != type)
            throw Unexpected($"'{(char)type}' was expected");
    }

    /// <summary>Reads the end of the message.</summary>
    public void ExpectEnd()
    {
        if (Read())
            throw Unexpected("the end was expected");
    }

    public T ParseJson<T>(JsonTypeInfo<T> typeInfo)
    {
        try
        {
            return JsonSerializer.Deserialize(Payload.Span, typeInfo) ?? throw Unexpected("null");
        }
        catch (JsonException e)
        {
            throw new RemoteException("REMOTE-011", $"{peer} sent JSON that does not fit: {e.Message}", e);
        }
    }

    public string ParseText() => Encoding.UTF8.GetString(Payload.Span);

    public IEnumerable<ObjectId> ParseIds()
    {
        if (_length % ObjectId.Size != 0)
            throw Unexpected($"{_length} bytes of ids, a multiple of {ObjectId.Size} was expected");
        byte[] bytes = Payload.ToArray();
        return Enumerable.Range(0, bytes.Length / ObjectId.Size).Select(i => new ObjectId(bytes.AsSpan(i * ObjectId.Size, ObjectId.Size)));
    }

    /// <summary>Says that the record read last does not fit.</summary>
    public RemoteException Unexpected(string what) =>
        new("REMOTE-011", $"{peer} does not keep to the protocol: a record '{(char)Type}' of {_length} bytes came, {what}");

    // What a peer claims is not allocated before it is there.
    private void Fill(int length)
    {
        _length = 0;
        while (_length < length)
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, ProtocolLimits.MaxRecord));
            int got = stream.Read(_buffer, _length, Math.Min(length, _buffer.Length) - _length);
            if (got == 0)
                throw Broken();
            _length += got;
        }
    }

    private RemoteException Broken() => new(RemoteCodes.Broken, $"the connection to {peer} ended in the middle; try again");
}
