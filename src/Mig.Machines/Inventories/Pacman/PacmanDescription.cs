using System.Text;

namespace Mig.Machines.Inventories.Pacman;

/// <summary>
/// Reads the description of an installed package of pacman: <c>%FIELD%</c>, then a value on each line. Source: libalpm, "be_local.c".
/// </summary>
internal static class PacmanDescription
{
    /// <returns>Null when name or version are missing.</returns>
    public static InstalledPackage? Parse(ReadOnlySpan<byte> text)
    {
        string name = "", version = "", architecture = "", origin = "", license = "", supplier = "";
        ReadOnlySpan<byte> field = default;
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            if (line.Length > 2 && line[0] == (byte)'%' && line[^1] == (byte)'%')
                field = line;
            else if (line.IsEmpty)
                field = default;
            else if (field.SequenceEqual("%NAME%"u8))
                name = Encoding.UTF8.GetString(line);
            else if (field.SequenceEqual("%VERSION%"u8))
                version = Encoding.UTF8.GetString(line);
            else if (field.SequenceEqual("%ARCH%"u8))
                architecture = Encoding.UTF8.GetString(line);
            else if (field.SequenceEqual("%BASE%"u8))
                origin = Encoding.UTF8.GetString(line);
            else if (field.SequenceEqual("%LICENSE%"u8))
                license = license.Length == 0 ? Encoding.UTF8.GetString(line) : $"{license} AND {Encoding.UTF8.GetString(line)}";
            else if (field.SequenceEqual("%PACKAGER%"u8))
                supplier = Encoding.UTF8.GetString(line);
        }

        if (name.Length == 0 || version.Length == 0)
            return null;
        return new InstalledPackage(PackageKind.Pacman, name, version)
        {
            Architecture = architecture, SourceName = origin.Length > 0
            ? origin : name, License = license, Supplier = supplier
        };
    }
}
