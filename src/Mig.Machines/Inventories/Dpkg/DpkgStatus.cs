using System.Text;

namespace Mig.Machines.Inventories.Dpkg;

/// <summary>Reads the status file of dpkg. Source: dpkg-query(1), "Package status"; deb-control(5).</summary>
internal static class DpkgStatus
{
    /// <summary>Returns the packages whose files are on the machine, in the order of the file.</summary>
    /// <param name="hasStates">Whether each package says if it is installed; without, all are.</param>
    public static IReadOnlyList<InstalledPackage> Parse(ReadOnlySpan<byte> status, bool hasStates = true)
    {
        var packages = new List<InstalledPackage>();
        string name = "", version = "", architecture = "", source = "", supplier = "";
        bool isInstalled = false;
        ControlFile.Read(
            status,
            (field, value) =>
            {
                if (ControlFile.Is(field, "Package"u8))
                    name = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Version"u8))
                    version = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Architecture"u8))
                    architecture = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Source"u8))
                    source = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Maintainer"u8))
                    supplier = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Status"u8))
                    isInstalled = HasFiles(value);
            },
            () =>
            {
                if (name.Length > 0 && version.Length > 0 && (isInstalled || !hasStates))
                    packages.Add(Make(name, version, architecture, source, supplier));
                (name, version, architecture, source, supplier, isInstalled) = ("", "", "", "", "", false);
            });
        return packages;
    }

    // "install ok installed": what was wanted, whether something is wrong, what is there. A package that is not yet configured has its
    // files, and one that is half installed has some.
    private static bool HasFiles(ReadOnlySpan<byte> status)
    {
        ReadOnlySpan<byte> state = status[(status.LastIndexOf((byte)' ') + 1)..];
        return !state.SequenceEqual("not-installed"u8) && !state.SequenceEqual("config-files"u8);
    }

    // "Source: glibc" or "Source: gcc-12 (12.2.0-14)".
    private static InstalledPackage Make(string name, string version, string architecture, string source, string supplier)
    {
        var package = new InstalledPackage(PackageKind.Dpkg, name, version) { Architecture = architecture, Supplier = supplier };
        if (source.Length == 0)
            return package;
        int open = source.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return package with { SourceName = source };
        string sourceVersion = source[(open + 1)..].TrimEnd(')', ' ');
        return package with { SourceName = source[..open].TrimEnd(), SourceVersion = sourceVersion.Length > 0 ? sourceVersion : version };
    }
}
