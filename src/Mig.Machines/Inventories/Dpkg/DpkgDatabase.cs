using System.Collections.Concurrent;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Dpkg;

/// <summary>The packages of dpkg: one status file, and in images without dpkg itself one file for each package.</summary>
internal sealed class DpkgDatabase : IPackageDatabase
{
    /// <summary>The folder of dpkg's records.</summary>
    public const string Folder = "var/lib/dpkg";

    private const int MaxSize = 64 << 20;

    public bool IsIn(MachineFiles files) => files.Find($"{Folder}/status") is not null || files.List($"{Folder}/status.d").Count > 0;

    public IReadOnlyList<InstalledPackage> Read(MachineFiles files, CancellationToken cancellation)
    {
        var packages = new List<InstalledPackage>();
        if (files.Read($"{Folder}/status", MaxSize) is { } status)
            packages.AddRange(DpkgStatus.Parse(status));
        List<MachineFile> single = [.. files.List($"{Folder}/status.d")
            .Where(file => file.Entry.Type == TreeEntryType.File && !file.Path.EndsWith(".md5sums", StringComparison.Ordinal))];
        var found = new ConcurrentBag<InstalledPackage>();
        files.ReadMany(
            single,
            MaxSize,
            (_, content) =>
            {
                foreach (InstalledPackage package in DpkgStatus.Parse(content, hasStates: false))
                    found.Add(package);
            },
            cancellation);
        packages.AddRange(found);
        return packages;
    }
}
