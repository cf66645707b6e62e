using System.Globalization;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>Reads from a header which package it is.</summary>
internal static class RpmPackage
{
    private const string SourceEnding = ".rpm";

    /// <returns>Null for what is not a package: a header without a name, or a key that somebody trusts.</returns>
    public static InstalledPackage? Of(RpmHeader header)
    {
        string name = header.Text(RpmTag.Name), version = header.Text(RpmTag.Version), release = header.Text(RpmTag.Release);
        if (name.Length == 0 || version.Length == 0 || name == "gpg-pubkey")
            return null;
        string epoch = header.Integers(RpmTag.Epoch) is [long number, ..] ? string.Create(CultureInfo.InvariantCulture, $"{number}:") : "";
        string full = $"{epoch}{version}-{release}";
        (string source, string sourceVersion) = SplitSource(header.Text(RpmTag.SourcePackage));
        return new InstalledPackage(PackageKind.Rpm, name, full)
        {
            Architecture = header.Text(RpmTag.Architecture),
            SourceName = source.Length > 0 ? source : name,
            SourceVersion = source.Length > 0 ? epoch + sourceVersion : full,
            License = header.Text(RpmTag.License),
            Supplier = header.Text(RpmTag.Vendor),
        };
    }

    // "bash-5.2.15-3.fc38.src.rpm": name, version, release, "src".
    private static (string Name, string Version) SplitSource(string file)
    {
        if (!file.EndsWith(SourceEnding, StringComparison.Ordinal))
            return ("", "");
        string stem = file[..^SourceEnding.Length];
        stem = stem[..Math.Max(0, stem.LastIndexOf('.'))];
        int release = stem.LastIndexOf('-');
        int version = release <= 0 ? -1 : stem.LastIndexOf('-', release - 1);
        return version <= 0 ? ("", "") : (stem[..version], stem[(version + 1)..]);
    }
}
