using System.IO.Compression;
using System.Text.Json;

namespace Mig.Machines.Inventories.Executables;

/// <summary>
/// The crates that a Rust program was built from, as <c>cargo auditable</c> records them: JSON, compressed by zlib. Source:
/// cargo-auditable, "PARSING.md".
/// </summary>
internal static class RustAudit
{
    /// <summary>Most bytes of the section.</summary>
    public const int MaxSize = 4 << 20;

    private const int MaxTextSize = 8 << 20;

    public static ReadOnlySpan<byte> SectionName => ".dep-v0"u8;

    public static IReadOnlyList<InstalledPackage> Parse(byte[] section, string location)
    {
        var packages = new List<InstalledPackage>();
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(section), CompressionMode.Decompress);
            byte[] text = new byte[MaxTextSize];
            int length = zlib.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            using var document = JsonDocument.Parse(text.AsMemory(0, length));
            foreach (JsonElement package in document.RootElement.GetProperty("packages").EnumerateArray())
            {
                bool isBuildOnly = package.TryGetProperty("kind", out JsonElement kind) && kind.ValueEquals("build");
                if (!isBuildOnly && package.GetProperty("name").GetString() is { } name && package.GetProperty("version")
                    .GetString() is { } version)
                    packages.Add(new InstalledPackage(PackageKind.Rust, name, version) { Location = location });
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or JsonException or InvalidOperationException
            or KeyNotFoundException)
        {
            return [];
        }

        return packages;
    }
}
