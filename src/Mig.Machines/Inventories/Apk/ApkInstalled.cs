using System.Text;

namespace Mig.Machines.Inventories.Apk;

/// <summary>
/// Reads the database of installed packages of apk: fields of one letter, packages apart by empty lines. Source: apk-tools,
/// "apk_db_read_installed".
/// </summary>
internal static class ApkInstalled
{
    public static IReadOnlyList<InstalledPackage> Parse(ReadOnlySpan<byte> text)
    {
        var packages = new List<InstalledPackage>();
        string name = "", version = "", architecture = "", origin = "", license = "", supplier = "";
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            if (line.Length < 2 || line[1] != (byte)':')
            {
                Add();
                continue;
            }

            switch (line[0])
            {
                case (byte)'P': name = Text(line); break;
                case (byte)'V': version = Text(line); break;
                case (byte)'A': architecture = Text(line); break;
                case (byte)'o': origin = Text(line); break;
                case (byte)'L': license = Text(line); break;
                case (byte)'m': supplier = Text(line); break;
            }
        }

        Add();
        return packages;

        void Add()
        {
            if (name.Length > 0 && version.Length > 0)
            {
                packages.Add(new InstalledPackage(PackageKind.Apk, name, version)
                {
                    Architecture = architecture,
                    SourceName = origin.Length > 0 ? origin : name,
                    License = license,
                    Supplier = supplier,
                });
            }

            (name, version, architecture, origin, license, supplier) = ("", "", "", "", "", "");
        }
    }

    private static string Text(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[2..]);
}
