using System.Collections.Concurrent;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Pacman;

/// <summary>The packages of pacman: a folder for each.</summary>
internal sealed class PacmanDatabase : IPackageDatabase
{
    private const string Folder = "var/lib/pacman/local";
    private const int MaxSize = 1 << 20;

    public bool IsIn(MachineFiles files) => files.List(Folder).Count > 0;

    public IReadOnlyList<InstalledPackage> Read(MachineFiles files, CancellationToken cancellation)
    {
        var descriptions = new List<MachineFile>();
        foreach (MachineFile folder in files.List(Folder))
        {
            if (folder.Entry.Type == TreeEntryType.Directory
                && files.Find($"{folder.Path}/desc") is { Entry.Type: TreeEntryType.File } description)
                descriptions.Add(description);
        }

        var packages = new ConcurrentBag<InstalledPackage>();
        files.ReadMany(
            descriptions,
            MaxSize,
            (_, content) =>
            {
                if (PacmanDescription.Parse(content) is { } package)
                    packages.Add(package);
            },
            cancellation);
        return [.. packages];
    }
}
