using System.Text;

namespace Mig.Machines.Inventories.Executables;

/// <summary>
/// The modules that a Go program was built from. Source: Go, package debug/buildinfo; programs of Go 1.18 and later.
/// <code>
/// 0   14  "\xff Go buildinf:"
/// 14  1   bytes of a pointer
/// 15  1   bit 1: the texts stand here
/// 32      varint length, text: the version of Go; varint length, text: the modules, between marks of 16 bytes
/// </code>
/// </summary>
internal static class GoBuildInfo
{
    /// <summary>Most bytes of the section.</summary>
    public const int MaxSize = 16 << 20;

    private const int HeadSize = 32;
    private const int MarkSize = 16;
    private const byte InlineFlag = 2;

    public static ReadOnlySpan<byte> SectionName => ".go.buildinfo"u8;

    private static readonly byte[] Magic = [0xFF, .. " Go buildinf:"u8];

    public static IReadOnlyList<InstalledPackage> Parse(ReadOnlySpan<byte> section, string location)
    {
        if (section.Length < HeadSize || !section.StartsWith(Magic) || (section[15] & InlineFlag) == 0)
            return [];
        ReadOnlySpan<byte> rest = section[HeadSize..];
        string go = Encoding.UTF8.GetString(Take(ref rest));
        ReadOnlySpan<byte> modules = Take(ref rest);
        var packages = new List<InstalledPackage>();
        string number = go.Split(' ')[0];
        if (number.StartsWith("go", StringComparison.Ordinal) && number.Length > 2)
            packages.Add(Make("stdlib", number[2..], location));
        if (modules.Length < 2 * MarkSize)
            return packages;
        foreach (string line in Encoding.UTF8.GetString(modules[MarkSize..^MarkSize]).Split('\n'))
        {
            // "dep <path> <version> <sum>"; "=>" replaces the one before it. A folder of the builder has no version: what was built is a
            // changed copy of the module that it replaced.
            string[] fields = line.Split('\t');
            if (fields.Length < 3 || fields[0] is not ("mod" or "dep" or "=>") || (fields[0] == "=>" && IsFolder(fields[1])))
                continue;
            if (fields[0] == "=>" && packages.Count > 0)
                packages.RemoveAt(packages.Count - 1);
            packages.Add(Make(fields[1], fields[2], location));
        }

        return packages;
    }

    // As in the directive of go.mod: a path that begins with ./, ../ or /.
    private static bool IsFolder(string path) => path.StartsWith('.') || path.StartsWith('/');

    private static InstalledPackage Make(string module, string version, string location) =>
        new(PackageKind.Go, module, version) { Location = location };

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes)
    {
        // As in protocol buffers: seven bits a byte, the lowest first.
        long length = 0;
        for (int shift = 0; shift < 35 && !bytes.IsEmpty; shift += 7)
        {
            byte b = bytes[0];
            bytes = bytes[1..];
            length |= (long)(b & 0x7F) << shift;
            if (b < 0x80)
                break;
        }

        int count = (int)Math.Min(length, bytes.Length);
        ReadOnlySpan<byte> text = bytes[..count];
        bytes = bytes[count..];
        return text;
    }
}
