using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Mig.Core;

/// <summary>A SHA-256. Ordered as its bytes are.</summary>
public readonly struct ObjectId : IEquatable<ObjectId>, IComparable<ObjectId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    // Big-endian words, so that comparing words compares bytes.
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Reads an id from its first 32 bytes.</summary>
    public ObjectId(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    public bool IsNull => (_a | _b | _c | _d) == 0;

    /// <summary>The first byte: the slot of a fan-out table.</summary>
    public int FirstByte => (int)(_a >> 56);

    /// <summary>The first 64 bits, for hash tables and content-defined decisions.</summary>
    public ulong Prefix => _a;

    /// <summary>Computes the id of bytes.</summary>
    public static ObjectId Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new ObjectId(hash);
    }

    /// <summary>Takes the hash that <paramref name="hash"/> has collected, and resets it.</summary>
    public static ObjectId Finish(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> bytes = stackalloc byte[Size];
        hash.GetHashAndReset(bytes);
        return new ObjectId(bytes);
    }

    /// <summary>Parses 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out ObjectId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (hex.Length != 2 * Size || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        id = new ObjectId(bytes);
        return true;
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public bool Equals(ObjectId other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ObjectId other && Equals(other);

    // SHA-256 is uniform already.
    public override int GetHashCode() => (int)_b;

    public int CompareTo(ObjectId other)
    {
        int order = _a.CompareTo(other._a);
        if (order == 0)
            order = _b.CompareTo(other._b);
        if (order == 0)
            order = _c.CompareTo(other._c);
        return order != 0 ? order : _d.CompareTo(other._d);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>The first <paramref name="digits"/> hexadecimal digits.</summary>
    public string ToShortString(int digits = 10) => ToString()[..digits];

    public static bool operator ==(ObjectId left, ObjectId right) => left.Equals(right);

    public static bool operator !=(ObjectId left, ObjectId right) => !left.Equals(right);

    public static bool operator <(ObjectId left, ObjectId right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectId left, ObjectId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectId left, ObjectId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectId left, ObjectId right) => left.CompareTo(right) >= 0;
}
