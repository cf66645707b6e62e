using System.Collections.Concurrent;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Executables;
using Mig.Machines.Mounts;

namespace Mig.Machines.Inventories.Languages;

/// <summary>Reads the packages of programming languages of a machine.</summary>
internal static class LanguagePackages
{
    /// <param name="hasSystemPackages">Whether programs of the operating system are known as packages.</param>
    /// <param name="warn">Told of files that are too large, from several threads at once.</param>
    public static IReadOnlyCollection<InstalledPackage> Read(
        MachineFiles files, LanguageWalk walk, bool hasSystemPackages, Action<string> warn, CancellationToken cancellation)
    {
        var packages = new ConcurrentBag<InstalledPackage>();
        var described = new List<(MachineFile File, ILanguage Language)>();
        var programs = new List<MachineFile>();
        foreach (MountPoint mount in files.Mounts.Where(mount => !mount.IsBind))
        {
            foreach (FoundFile found in walk.Find(mount.Root, mount.Path))
            {
                cancellation.ThrowIfCancellationRequested();
                var file = new MachineFile(mount.Path.Length == 0 ? found.Path : $"{mount.Path}/{found.Path}",
                    files.Resolve(found.Entry, mount));
                if (file.Entry.Type != TreeEntryType.File)
                    continue;
                if (found.Language is null)
                    programs.Add(file);
                else if (file.Entry.Size > found.Language.MaxSize)
                    warn($"/{file.Path} has {file.Entry.Size} bytes, at most {found.Language.MaxSize} are read of such a file; its "
                        + "packages are not listed");
                else
                    described.Add((file, found.Language));
            }
        }

        if (hasSystemPackages)
            programs.RemoveAll(program => ExecutableScan.IsOfDistribution(program.Path));
        files.Store.Prefetch(programs.SelectMany(program => ContentSource.EndsOf(files.Store, program.Entry))
            .Concat(described.SelectMany(item => FileContents.BlobsOf(files.Store, item.File.Entry))));
        foreach (MachineFile program in programs)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (InstalledPackage package in ExecutableScan.Read(files, program))
                packages.Add(package);
        }

        files.ReadMany(
            [.. described.Select(item => item.File)],
            int.MaxValue,
            (index, content) =>
            {
                foreach (InstalledPackage package in described[index].Language.Read(content, described[index].File.Path))
                    packages.Add(package);
            },
            cancellation);
        return packages;
    }
}
