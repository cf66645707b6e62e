using System.Buffers.Binary;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>
/// Puts similar files next to each other: by extension, then by name. Measured on five Debian systems this saves 5 % against directory
/// order.
/// </summary>
internal static class FileOrder
{
    /// <summary>Residue comes after all files, in the order of the disk.</summary>
    public const ulong ResidueFamily = ulong.MaxValue;

    public static OrderKey KeyOf(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> stem = name;
        // libfoo.so.1.2.3 is a library, not a ".3": version numbers do not count as extensions.
        int dot = stem.LastIndexOf((byte)'.');
        while (dot > 0 && IsNumber(stem[(dot + 1)..]))
        {
            stem = stem[..dot];
            dot = stem.LastIndexOf((byte)'.');
        }

        ReadOnlySpan<byte> extension = dot > 0 ? stem[(dot + 1)..] : default;
        return new OrderKey(First8(extension), First8(name), 0);
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static ulong First8(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        text[..Math.Min(text.Length, padded.Length)].CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
