using Mig.Core;
using Mig.Core.Zstd;

namespace Mig.Archives.Compression;

/// <summary>A way to compress one file, told by its first bytes. Listed here, not discovered.</summary>
/// <param name="Name">What mig calls it: <c>gz</c>, <c>bz2</c>, <c>xz</c> or <c>zst</c>.</param>
/// <param name="Program">The program that decompresses it.</param>
/// <param name="Suffixes">How names of such files end.</param>
public sealed record CompressedFormat(string Name, string Program, IReadOnlyList<string> Suffixes)
{
    /// <summary>So many bytes tell what a file is.</summary>
    public const int HeadLength = 10;

    private const byte GzipReservedFlags = 0xE0;

    public static CompressedFormat Gzip { get; } = new("gz", "gzip", [".gz", ".gzip"]);

    public static CompressedFormat Bzip2 { get; } = new("bz2", "bzip2", [".bz2", ".bzip2"]);

    public static CompressedFormat Xz { get; } = new("xz", "xz", [".xz"]);

    public static CompressedFormat Zstandard { get; } = new("zst", "zstd", [".zst", ".zstd"]);

    public static IReadOnlyList<CompressedFormat> All { get; } = [Gzip, Bzip2, Xz, Zstandard];

    /// <summary>Returns how bytes are compressed; null when they are not, or in a way that mig does not read.</summary>
    public static CompressedFormat? Find(ReadOnlySpan<byte> head)
    {
        // Deflate is the only method that there is, and the flags that mean nothing are zero.
        if (head.Length >= 4 && head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) && (head[3] & GzipReservedFlags) == 0)
            return Gzip;

        // "BZh", the block size, and the number of the first block, or of the end.
        if (head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
            && (head[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
                || head[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])))
            return Bzip2;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return Xz;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
            return Zstandard;

        // A frame to skip, of which there are 16 kinds: pzstd begins with one.
        return head.Length >= 4 && (head[0] & 0xF0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]) ? Zstandard
            : null;
    }

    /// <summary>
    /// Begins to decompress. Reading throws <see cref="InvalidDataException"/> where the data is damaged, also where it ends early.
    /// </summary>
    /// <param name="input">Read from its position on; not owned.</param>
    /// <exception cref="UnsupportedFeatureException">This machine lacks the library.</exception>
    public Stream Open(Stream input)
    {
        try
        {
            return Name switch
            {
                "gz" => new GzipInputStream(input),
                "bz2" => new Bzip2InputStream(input),
                "xz" => new XzInputStream(input),
                _ => new ZstdInputStream(input),
            };
        }
        catch (DllNotFoundException e)
        {
            throw new UnsupportedFeatureException(
                $"{Program} without its library", $"{e.Message.Split('\n')[0].TrimEnd('.')}; decompress the file with '{Program} -d'");
        }
    }

    /// <summary>Returns a file name without what says that the file is compressed so.</summary>
    public string TrimSuffix(string name)
    {
        string? suffix = Suffixes.FirstOrDefault(suffix =>
            name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
        return suffix is null ? name : name[..^suffix.Length];
    }
}
