namespace Mig.Git.Masking;

/// <summary>Contents that hold others in a form that no rule looks into: what is compressed, archives, images of file systems.</summary>
internal static class PackedContent
{
    private const int TarMagic = 257;

    public static bool Is(ReadOnlySpan<byte> content) =>
        Begins(content, [0x1F, 0x8B]) || Begins(content, [0xFD, 0x37, 0x7A, 0x58, 0x5A]) || Begins(content, [0x28, 0xB5, 0x2F, 0xFD])
            || Begins(content, [0x04, 0x22, 0x4D, 0x18])
        || Begins(content, [0x1F, 0x9D]) || Begins(content, [0x5D, 0x00, 0x00]) || content.StartsWith("BZh"u8)
            || content.StartsWith("PK\x03\x04"u8) || Begins(content, [0x37, 0x7A, 0xBC, 0xAF]) || content.StartsWith("Rar!"u8)
        || content.StartsWith("!<arch>\n"u8) || content.StartsWith("hsqs"u8) || content.StartsWith("07070"u8)
            || (content.Length > TarMagic + 5 && content[TarMagic..].StartsWith("ustar"u8));

    private static bool Begins(ReadOnlySpan<byte> content, ReadOnlySpan<byte> magic) => content.StartsWith(magic);
}
