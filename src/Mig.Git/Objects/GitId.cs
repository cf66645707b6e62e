using System.Buffers.Binary;

namespace Mig.Git.Objects;

/// <summary>The SHA-1 by which Git calls an object.</summary>
public readonly record struct GitId
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly uint _c;

    /// <summary>Reads an id from its first 20 bytes.</summary>
    public GitId(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The first ten digits, for people.</summary>
    public string Short => ToString()[..10];

    /// <summary>Parses 40 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out GitId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool isId = hex.Length == 2 * Size && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        id = isId ? new GitId(bytes) : default;
        return isId;
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _c);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
