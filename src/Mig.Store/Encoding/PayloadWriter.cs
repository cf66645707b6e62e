using System.Buffers;
using Mig.Core;

namespace Mig.Store.Encoding;

/// <summary>Writes the payload of an object: LEB128 integers, length-prefixed byte strings, ids (docs/format.md, "Primitives").</summary>
public sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Clear() => _buffer.ResetWrittenCount();

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>Seven bits a byte, least significant first, the high bit says that more follow.</summary>
    public void Unsigned(ulong value)
    {
        Span<byte> span = _buffer.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        _buffer.Advance(length);
    }

    public void Unsigned(long value) => Unsigned(checked((ulong)value));

    /// <summary>Zigzag: 0, -1, 1, -2, … become 0, 1, 2, 3, ….</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Id(in ObjectId id)
    {
        id.CopyTo(_buffer.GetSpan(ObjectId.Size));
        _buffer.Advance(ObjectId.Size);
    }

    /// <summary>The bytes, with their length in front.</summary>
    public void String(ReadOnlySpan<byte> bytes)
    {
        Unsigned((ulong)bytes.Length);
        _buffer.Write(bytes);
    }

    public void String(string text) => String(System.Text.Encoding.UTF8.GetBytes(text));

    public void Raw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);
}
