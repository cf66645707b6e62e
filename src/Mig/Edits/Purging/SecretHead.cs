using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Edits.Purging;

/// <summary>What the beginning of a content is known by, without the content: it may be kept where the content must not.</summary>
/// <param name="Key">A hash of its first eight bytes.</param>
/// <param name="Length">Bytes of the beginning, eight at least.</param>
/// <param name="Sha256">The hash of those.</param>
internal readonly record struct SecretHead(uint Key, int Length, ObjectId Sha256)
{
    public const int KeySize = sizeof(ulong);

    /// <summary>The most that counts as a beginning: many files begin alike, such as programs, and scripts under one licence.</summary>
    public const int MaxLength = 4096;

    /// <param name="content">The first bytes of a content, eight at least.</param>
    public static SecretHead Of(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> head = content[..Math.Min(MaxLength, content.Length)];
        return new SecretHead(KeyOf(BinaryPrimitives.ReadUInt64LittleEndian(head)), head.Length, ObjectId.Of(head));
    }

    public static uint KeyOf(ulong bytes) => (uint)((bytes * 0x9E3779B97F4A7C15) >> 32);
}
