using System.Text;
using Mig.Machines.Inventories;

namespace Mig.Machines.Sboms;

/// <summary>
/// Names packages across tools: <c>pkg:deb/debian/openssl@3.0.11-1?arch=amd64&amp;distro=debian-12</c>. Source: Package URL specification,
/// "PURL types".
/// </summary>
public static class PackageUrl
{
    /// <param name="release">The operating system that the package is on; null when it is not known.</param>
    public static string Of(InstalledPackage package, OsRelease? release)
    {
        ArgumentNullException.ThrowIfNull(package);
        var url = new StringBuilder("pkg:");
        (string kind, string space, string name) = Name(package, release);
        url.Append(kind).Append('/');
        if (space.Length > 0)
        {
            foreach (string part in space.Split('/'))
                Append(url, part).Append('/');
        }

        Append(url, name);
        if (package.Version.Length > 0)
            url.Append('@');
        int epoch = package.Kind == PackageKind.Rpm ? package.Version.IndexOf(':', StringComparison.Ordinal) : -1;
        Append(url, package.Version[(epoch + 1)..]);
        if (!package.IsSystem)
            return url.ToString();

        // Qualifiers stand in the order of their names.
        char separator = '?';
        foreach ((string key, string value) in ((string, string)[])
            [("arch", package.Architecture), ("distro", release is { VersionId.Length: > 0 } ? $"{release.Id}-{release.VersionId}" : ""),
                ("epoch", epoch > 0 ? package.Version[..epoch] : "")])
        {
            if (value.Length == 0)
                continue;
            Append(url.Append(separator).Append(key).Append('='), value);
            separator = '&';
        }

        return url.ToString();
    }

    private static (string Kind, string Space, string Name) Name(InstalledPackage package, OsRelease? release)
    {
        string name = package.Name, distribution = release?.Id ?? "";
        int slash = name.LastIndexOf('/'), colon = name.IndexOf(':', StringComparison.Ordinal);
        return package.Kind switch
        {
            PackageKind.Dpkg => ("deb", distribution.Length > 0 ? distribution : "debian", name.ToLowerInvariant()),
            PackageKind.Rpm => ("rpm", distribution switch
            {
                "rhel" =>
                "redhat",
                _ when distribution.StartsWith("opensuse", StringComparison.Ordinal) => "opensuse",
                _ => distribution
            }, name),
            PackageKind.Apk => ("apk", distribution.Length > 0 ? distribution : "alpine", name.ToLowerInvariant()),
            PackageKind.Pacman => ("alpm", distribution.Length > 0 ? distribution : "arch", name.ToLowerInvariant()),
            PackageKind.Python => ("pypi", "", name.ToLowerInvariant().Replace('_', '-')),
            PackageKind.Node => ("npm", slash > 0 ? name[..slash] : "", name[(slash + 1)..]),
            PackageKind.Ruby => ("gem", "", name),
            PackageKind.Java => ("maven", colon > 0 ? name[..colon] : "", name[(colon + 1)..]),
            PackageKind.Windows => ("generic", "", name),
            PackageKind.Go => ("golang", slash > 0 ? name[..slash].ToLowerInvariant() : "", name[(slash + 1)..].ToLowerInvariant()),
            _ => ("cargo", "", name),
        };
    }

    private static StringBuilder Append(StringBuilder url, string text)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':')
                url.Append((char)b);
            else
                url.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
        }

        return url;
    }
}
