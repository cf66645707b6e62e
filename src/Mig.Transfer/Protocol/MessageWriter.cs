using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mig.Core;

namespace Mig.Transfer.Protocol;

/// <summary>Writes messages: records of length (4 bytes, little-endian), type (1 byte) and payload. For one thread, but for frames.</summary>
internal sealed class MessageWriter(Stream stream)
{
    public const int HeaderSize = 5;

    private readonly Lock _gate = new();

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    public void Write(RecordType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, payload.Length);
        header[4] = (byte)type;
        stream.Write(header);
        stream.Write(payload);
        Bytes += header.Length + payload.Length;
    }

    /// <summary>Writes a frame; may be called from several threads, while nothing else is written.</summary>
    public void WriteFrame(ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
            Write(RecordType.Frame, frame.Span);
    }

    public void WriteJson<T>(RecordType type, T value, JsonTypeInfo<T> typeInfo) => Write(type, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    public void WriteText(string line) => Write(RecordType.Text, Encoding.UTF8.GetBytes(line.Length > ProtocolLimits.MaxText / 4 ? line[..(ProtocolLimits.MaxText / 4)] : line));

    public void WriteIds(IEnumerable<ObjectId> ids)
    {
        foreach (ObjectId[] part in ids.Chunk(ProtocolLimits.IdsPerRecord))
        {
            byte[] bytes = new byte[part.Length * ObjectId.Size];
            for (int i = 0; i < part.Length; i++)
                part[i].CopyTo(bytes.AsSpan(i * ObjectId.Size));
            Write(RecordType.Ids, bytes);
        }
    }

    public void End()
    {
        Write(RecordType.End, default);
        stream.Flush();
    }

    public void Fail(ErrorMessage error)
    {
        WriteJson(RecordType.Error, error, ProtocolJson.Default.ErrorMessage);
        stream.Flush();
    }
}
