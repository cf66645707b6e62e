using Mig.Catalog.Searching;
using Mig.Core;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;

namespace Mig.Images.Searching;

/// <summary>Reads which packages are wanted: <c>openssl</c>, <c>openssl&lt;3.0.11</c>, <c>lib*>=2</c>, <c>bash=5.2-1</c>.</summary>
public static class PackageText
{
    // Longer ones first.
    private static readonly (string Operator, Func<int, bool> IsMet)[] Operators =
    [
        ("<=", order => order <= 0), (">=", order => order >= 0), ("!=", order => order != 0), ("<", order => order < 0),
            (">", order => order > 0), ("=", order => order == 0),
    ];

    /// <summary>Versions are compared by the rules of what installs each package.</summary>
    public static PackageCondition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.AsSpan().IndexOfAny("<>=!");
        if (at < 0 && text.Length > 0)
            return new PackageCondition(new Glob(text), _ => true);
        foreach ((string sign, Func<int, bool> isMet) in Operators)
        {
            if (at > 0 && text.AsSpan(at).StartsWith(sign) && text[(at + sign.Length)..].Trim() is { Length: > 0 } version)
                return new PackageCondition(new Glob(text[..at].Trim()), package =>
                    isMet(VersionOrder.Compare(PackageKinds.Parse(package.Kind) ?? PackageKind.Dpkg, package.Version, version)));
        }

        throw new UsageException(
            $"'{text}' is not a package; write openssl, 'openssl<3.0.11', 'openssl>=3', 'openssl=3.0.11-1' or 'lib*!=1.0'");
    }
}
