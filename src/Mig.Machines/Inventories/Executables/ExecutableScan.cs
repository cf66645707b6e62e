using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Languages;

namespace Mig.Machines.Inventories.Executables;

/// <summary>
/// Reads what Go and Rust programs say they were built from, and Java archives behind a script that starts them. Of a large program only
/// its headers and one section are read.
/// </summary>
internal static class ExecutableScan
{
    private const long MinSize = 4 << 10; // Smaller than any program with a section for it: Rust without its standard library is small.
    private const long MaxSize = 2L << 30;
    private const int ExecuteBits = 0x49;

    // Programs here are packages of the distribution when it has any, which says where they come from.
    private static readonly string[] DistributionFolders =
        ["bin/", "sbin/", "lib/", "lib64/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib64/", "usr/libexec/", "usr/share/", "boot/"];

    /// <summary>Tells whether an entry may be such a program.</summary>
    public static bool IsCandidate(TreeEntry entry) =>
        entry.Type == TreeEntryType.File && (entry.Mode & ExecuteBits) != 0 && entry.Size is >= MinSize and <= MaxSize;

    /// <summary>Tells whether a path belongs to the packages of the operating system.</summary>
    public static bool IsOfDistribution(string path) =>
        Array.Exists(DistributionFolders, folder => path.StartsWith(folder, StringComparison.Ordinal));

    private static readonly JavaLanguage Java = new();

    public static IReadOnlyList<InstalledPackage> Read(MachineFiles files, MachineFile program)
    {
        var source = new ContentSource(files.Store, program.Entry);
        if (ElfFile.Open(source) is not { } elf)
            return IsArchiveBehindScript(source) && program.Entry.Size <= Java.MaxSize
                ? [.. Java.Read(files.Read(program, Java.MaxSize), program.Path)] : [];
        if (elf.ReadSection(GoBuildInfo.SectionName, GoBuildInfo.MaxSize) is { } go)
            return GoBuildInfo.Parse(go, program.Path);
        return elf.ReadSection(RustAudit.SectionName, RustAudit.MaxSize) is { } rust ? RustAudit.Parse(rust, program.Path) : [];
    }

    private static bool IsArchiveBehindScript(ContentSource program)
    {
        const int EndSize = 22 + (1 << 10); // of a ZIP archive with a short comment
        long size = Math.Min(program.Length, EndSize);
        return program.Read(0, 2) is [(byte)'#', (byte)'!'] && program.Read(program.Length - size, size) is { } end && end.AsSpan()
            .IndexOf("PK\u0005\u0006"u8) >= 0;
    }
}
