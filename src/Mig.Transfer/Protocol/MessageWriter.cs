using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mig.Core;
using Mig.Store.Exchange;

namespace Mig.Transfer.Protocol;

/// <summary>
/// Writes messages: records of length (4 bytes, little-endian), type (1 byte) and payload. For one thread, but for frames.
/// </summary>
internal sealed class MessageWriter(Stream stream)
{
    public const int HeaderSize = 5;

    // Far fewer than may be: whoever reads them has little to hold.
    private const int IdsPerRecord = 2048;

    private readonly Lock _gate = new();
    private bool _isInRecord;

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    public void Write(RecordType type, ReadOnlySpan<byte> payload)
    {
        WriteHeader(type, payload.Length);
        stream.Write(payload);
        Bytes += HeaderSize + payload.Length;
    }

    /// <summary>Writes a frame; may be called from several threads, while nothing else is written.</summary>
    public void WriteFrame(OutgoingFrame frame)
    {
        lock (_gate)
        {
            _isInRecord = true;
            WriteHeader(RecordType.Frame, frame.Length);
            frame.WriteTo(stream);
            Bytes += HeaderSize + frame.Length;
            _isInRecord = false;
        }
    }

    public void WriteJson<T>(RecordType type, T value, JsonTypeInfo<T> typeInfo) =>
        Write(type, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    public void WriteText(string line) => Write(
        RecordType.Text, Encoding.UTF8.GetBytes(line.Length > ProtocolLimits.MaxText / 4 ? line[..(ProtocolLimits.MaxText / 4)] : line));

    public void WriteIds(IEnumerable<ObjectId> ids)
    {
        foreach (ObjectId[] part in ids.Chunk(IdsPerRecord))
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

    /// <summary>Ends the message with why it came to nothing.</summary>
    /// <exception cref="IOException">A frame could not be written to its end: nothing can follow it, and the connection must be
    /// cut.</exception>
    public void Fail(ErrorMessage error)
    {
        if (_isInRecord)
            throw new IOException(error.Text);
        WriteJson(RecordType.Error, error, ProtocolJson.Default.ErrorMessage);
        stream.Flush();
    }

    private void WriteHeader(RecordType type, int length)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        header[4] = (byte)type;
        stream.Write(header);
    }
}
