using System.Globalization;
using Mig.Core;

namespace Mig.Store;

/// <summary>The header of every object but blobs: <c>tree 123\0</c>. It is part of the stored bytes, and so of the id.</summary>
public static class ObjectHeader
{
    /// <summary>Most bytes that a header can take.</summary>
    public const int MaxSize = 24;

    public static string NameOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Blob => "blob",
        ObjectKind.List => "list",
        ObjectKind.Tree => "tree",
        ObjectKind.Layout => "layout",
        ObjectKind.Image => "image",
        ObjectKind.Commit => "commit",
        ObjectKind.Tag => "tag",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Returns header and payload as they are stored.</summary>
    public static byte[] Wrap(ObjectKind kind, ReadOnlySpan<byte> payload)
    {
        string header = string.Create(CultureInfo.InvariantCulture, $"{NameOf(kind)} {payload.Length}\0");
        byte[] bytes = new byte[header.Length + payload.Length];
        System.Text.Encoding.ASCII.GetBytes(header, bytes);
        payload.CopyTo(bytes.AsSpan(header.Length));
        return bytes;
    }

    /// <summary>Checks the header of an object.</summary>
    /// <returns>Where the payload begins.</returns>
    /// <exception cref="CorruptStoreException">The header is not the one this kind and length must have.</exception>
    public static int Check(ReadOnlySpan<byte> bytes, ObjectKind kind, in ObjectId id)
    {
        int end = bytes[..Math.Min(bytes.Length, MaxSize)].IndexOf((byte)0);
        if (end >= 0)
        {
            Span<byte> expected = stackalloc byte[MaxSize];
            string text = string.Create(CultureInfo.InvariantCulture, $"{NameOf(kind)} {bytes.Length - end - 1}");
            int length = System.Text.Encoding.ASCII.GetBytes(text, expected);
            if (bytes[..end].SequenceEqual(expected[..length]))
                return end + 1;
        }

        throw new CorruptStoreException(
            "OBJ-002", $"object {id} does not begin with the header of a {NameOf(kind)} of {bytes.Length} bytes");
    }
}
