using Mig.Core;

namespace Mig.Store.Encoding;

/// <summary>
/// Reads what <see cref="PayloadWriter"/> wrote; whatever does not fit is a <see cref="CorruptStoreException"/> that names object and
/// offset.
/// </summary>
public ref struct PayloadReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ObjectId _id;
    private int _position;

    /// <param name="bytes">The payload, without the object's header.</param>
    /// <param name="id">The object, for messages.</param>
    public PayloadReader(ReadOnlySpan<byte> bytes, in ObjectId id)
    {
        _bytes = bytes;
        _id = id;
        _position = 0;
    }

    public readonly bool IsAtEnd => _position == _bytes.Length;

    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    public byte Byte(string field)
    {
        if (_position >= _bytes.Length)
            throw Corrupt(field, "the payload ends here");
        return _bytes[_position++];
    }

    public ulong Unsigned(string field)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = Byte(field);
            if (shift == 63 && part > 1)
                throw Corrupt(field, "the number exceeds 64 bits");
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                if (part == 0 && shift > 0)
                    throw Corrupt(field, "the number is longer than it needs to be");
                return value;
            }
        }
    }

    /// <summary>Reads a number that must lie in 0..<paramref name="maximum"/>.</summary>
    public long Unsigned(string field, long maximum)
    {
        ulong value = Unsigned(field);
        return value <= (ulong)maximum ? (long)value : throw Corrupt(field, $"value {value}, at most {maximum} allowed");
    }

    public long Signed(string field)
    {
        ulong value = Unsigned(field);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ObjectId Id(string field) => new(Raw(field, ObjectId.Size));

    public ReadOnlySpan<byte> String(string field, int maximum) => Raw(field, (int)Unsigned(field, maximum));

    public ReadOnlySpan<byte> Raw(string field, int length)
    {
        if (length > Remaining)
            throw Corrupt(field, $"{length} bytes needed, {Remaining} left");
        ReadOnlySpan<byte> bytes = _bytes.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>Returns what was read since a position.</summary>
    public readonly ReadOnlySpan<byte> Since(int position) => _bytes[position.._position];

    public readonly void ExpectEnd(string what)
    {
        if (!IsAtEnd)
            throw Corrupt(what, $"{Remaining} bytes follow the end");
    }

    public readonly CorruptStoreException Corrupt(string field, string detail) => Corrupt("OBJ-001", field, detail);

    /// <summary>What is wrong has a code of its own.</summary>
    public readonly CorruptStoreException Corrupt(string code, string field, string detail) =>
        new(code, $"object {_id}, payload offset {_position}, {field}: {detail}; run mig fsck");
}
