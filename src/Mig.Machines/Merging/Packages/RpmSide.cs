using Mig.Core;
using Mig.Machines.Inventories.Rpm;
using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>What RPM has installed on a side.</summary>
internal static class RpmSide
{
    /// <exception cref="CorruptImageException">The database breaks its format, or is too large.</exception>
    public static Dictionary<string, SidePackage> Read(SideFiles files, string folder)
    {
        var packages = new Dictionary<string, SidePackage>(StringComparer.Ordinal);
        foreach (RpmHeader header in RpmDatabase.ReadHeaders(folder, files.Read) ?? [])
        {
            // Keys that somebody trusts are packages, too, and so are several versions of a kernel.
            (string name, string version, string release) =
                (header.Text(RpmTag.Name), header.Text(RpmTag.Version), header.Text(RpmTag.Release));
            string full = RpmPackage.Of(header) is { } package ? $"{package.Name}-{package.Version}.{package.Architecture}"
                : $"{name}-{version}-{release}";
            packages[full] = new SidePackage(full, "")
            {
                Title = name,
                Files = () => [.. Recorded(header).Owned],
                Configuration = () => [.. Recorded(header).Files.Where(file => file.IsConfiguration && file.Digest.Length > 0)
                    .Select(file => (file.Path, file.Algorithm, file.Digest))],
            };
        }

        return packages;
    }

    private static (List<RecordedFile> Files, HashSet<string> Owned) Recorded(RpmHeader header)
    {
        var (recorded, owned) = (new List<RecordedFile>(), new HashSet<string>());
        RpmFiles.Read([header], recorded, owned);
        return (recorded, owned);
    }
}
