using System.Text;
using Mig.Archives;
using Mig.Archives.Tar;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Rpm;
using Mig.Store;
using Mig.Versions.Compare;

namespace Mig.Versions.Working.Live;

/// <summary>
/// Says which packages of a running system are not those of a version: its databases are fetched where they differ, and read by the readers
/// of inventories.
/// </summary>
internal sealed class LivePackages(Repository repository, MachineFiles machine)
{
    private const long MaxBytes = 512 << 20;

    private static readonly string[] Folders =
        ["var/lib/dpkg/status.d", .. RpmDatabase.Folders, "lib/apk/db", "usr/lib/apk/db", "var/lib/pacman/local"];

    /// <summary>Tells whether a path holds records of what is installed.</summary>
    public static bool IsRecord(string path) => path == "var/lib/dpkg/status"
        || Array.Exists(Folders, folder => path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Compares.</summary>
    /// <param name="live">What the system has.</param>
    /// <param name="warn">Told of what cannot be read.</param>
    public IReadOnlyList<PackageChange> Compare(
        LiveSystem system, IReadOnlyDictionary<string, LiveEntry> live, Action<string> warn, CancellationToken cancellation)
    {
        string[] paths = [.. live.Where(item => IsRecord(item.Key) && item.Value.Type == TreeEntryType.File).Select(item => item.Key)];
        long bytes = paths.Sum(path => live[path].Size);
        if (bytes > MaxBytes)
        {
            warn($"its databases of packages have {bytes} bytes, at most {MaxBytes} are fetched, so packages are not compared");
            return [];
        }

        using var archive = new MemoryStream();
        system.Pack(paths, archive, cancellation);
        archive.Position = 0;
        IReadOnlyList<InstalledPackage> before = PackageDatabases.Read(machine, warn, cancellation);
        IReadOnlyList<InstalledPackage> after = PackageDatabases.Read(Open(archive), warn, cancellation);
        return [.. PackageComparer.Compare(before, after).OrderBy(change => change.Kind).ThenBy(change => change.Name,
            StringComparer.Ordinal)];
    }

    // The files as those of a machine that has no others.
    private MachineFiles Open(Stream archive)
    {
        var places = new MemoryPlaces();
        var store = new ScratchStore(null);
        store.AddPlaces(places);
        var root = new LiveFolder();
        using var reader = new TarReader(archive);
        while (reader.Read() is { } member)
        {
            if (member is not { Type: ArchiveMemberType.File, LinkTo: null, Data: null } || member.Size > MaxBytes)
                continue;
            byte[] content = new byte[(int)member.Size];
            reader.Content.ReadExactly(content);
            string path = Encoding.Latin1.GetString(member.Path);
            root.Add((path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path).Split('/'), places.Add(content), content.Length);
        }

        TreeEntry entry = root.Write(new TreeWriter(store), default);
        var volume = new ImageVolume(0, new ByteRange(0, 0), "", "", "", "", "", entry, "");
        return new MachineFiles(
            store, repository.Context.Parallelism, new MachineImage([new ImageDisk("live", 0, "none", 512, null, [volume])]), volume);
    }
}
