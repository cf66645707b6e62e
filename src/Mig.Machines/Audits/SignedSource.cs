using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>
/// What a signed program was built from. A distribution signs its kernels and loaders in source packages of their own, which carry the
/// program of another source; advisories speak of that one. Source: the template packages of Debian's linux, grub2, shim, fwupd and
/// systemd; Ubuntu's linux-signed, grub2-signed and shim-signed.
/// </summary>
internal static class SignedSource
{
    private const string SignedKernel = "linux-signed", SignedSuffix = "-signed";

    private static readonly string[] Architectures = ["amd64", "arm64", "armhf", "i386", "ia32", "ppc64el", "s390x", "riscv64", "loong64"];

    // What a signed package is called, and the source that advisories speak of, where that is another name.
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["fwupd"] = ["fwupd", "fwupd-efi"],
        ["grub-efi"] = ["grub2"],
        ["grub2"] = ["grub2", "grub2-unsigned"],
        ["shim-helpers"] = ["shim"],
        ["systemd-boot-efi"] = ["systemd"],
    };

    /// <summary>Returns a package as one of each source that its program came from; nothing when it is not a signed one.</summary>
    public static IEnumerable<InstalledPackage> Unsign(InstalledPackage package)
    {
        string source = package.SourceName;
        if (package.Kind != PackageKind.Dpkg || !source.Contains(SignedSuffix, StringComparison.Ordinal))
            return [];
        if (source == SignedKernel || source.StartsWith(SignedKernel + "-", StringComparison.Ordinal))
            return [Of(package, "linux" + WithoutArchitecture(source[SignedKernel.Length..]), FromSigned(package.SourceVersion))];
        if (!source.EndsWith(SignedSuffix, StringComparison.Ordinal))
            return [];
        string name = source[..^SignedSuffix.Length], plain = WithoutArchitecture(name);

        // "1+2.06+13+deb12u1" is the first signing of 2.06-13+deb12u1; without an architecture the version has that of the signing and that
        // of the program, "1.44~1+15.8-1", or is the program's.
        string version = plain != name ? FromSigned(
            package.SourceVersion.StartsWith("1+", StringComparison.Ordinal) ? package.SourceVersion[2..] : package.SourceVersion)
            : package.Version.StartsWith(package.SourceVersion + "+", StringComparison.Ordinal)
                ? package.Version[(package.SourceVersion.Length + 1)..] : package.SourceVersion;
        return Names.GetValueOrDefault(plain, [plain]).Select(unsigned => Of(package, unsigned, version));
    }

    private static InstalledPackage Of(InstalledPackage package, string source, string version) =>
        package with { SourceName = source, SourceVersion = version };

    private static string WithoutArchitecture(string name) =>
        Array.Find(Architectures, architecture => name.EndsWith("-" + architecture, StringComparison.Ordinal)) is { } found
            ? name[..^(found.Length + 1)] : name;

    // Debian writes 6.1.192-3 as 6.1.192+3, because the signed package has no revision of its own.
    private static string FromSigned(string version)
    {
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 || version.Contains('-', StringComparison.Ordinal) ? version : $"{version[..plus]}-{version[(plus + 1)..]}";
    }
}
