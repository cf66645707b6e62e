using Mig.Browse;
using Mig.History.Trees;

namespace Mig.Inventories.Executables;

/// <summary>Reads what Go and Rust programs say they were built from. Of a large program only its headers and one section are read.</summary>
internal static class ExecutableScan
{
    private const long MinSize = 200 << 10; // Smaller than any program of the two with a runtime in it.
    private const int ExecuteBits = 0x49;

    // Programs here are packages of the distribution when it has any, which says where they come from.
    private static readonly string[] DistributionFolders = ["bin/", "sbin/", "lib/", "lib64/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib64/", "usr/libexec/", "usr/share/", "boot/"];

    /// <summary>Tells whether an entry may be such a program.</summary>
    public static bool IsCandidate(TreeEntry entry) => entry.Type == TreeEntryType.File && (entry.Mode & ExecuteBits) != 0 && entry.Size >= MinSize;

    /// <summary>Tells whether a path belongs to the packages of the operating system.</summary>
    public static bool IsOfDistribution(string path) => Array.Exists(DistributionFolders, folder => path.StartsWith(folder, StringComparison.Ordinal));

    public static IReadOnlyList<InstalledPackage> Read(MachineFiles files, MachineFile program)
    {
        if (ElfFile.Open(new ContentSource(files.Store, program.Entry)) is not { } elf)
            return [];
        if (elf.ReadSection(GoBuildInfo.SectionName, GoBuildInfo.MaxSize) is { } go)
            return GoBuildInfo.Parse(go, program.Path);
        return elf.ReadSection(RustAudit.SectionName, RustAudit.MaxSize) is { } rust ? RustAudit.Parse(rust, program.Path) : [];
    }
}
