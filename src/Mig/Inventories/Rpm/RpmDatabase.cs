using Mig.Browse;
using Mig.Core;

namespace Mig.Inventories.Rpm;

/// <summary>The packages of RPM, in any of its three databases.</summary>
internal sealed class RpmDatabase : IPackageDatabase
{
    private const int MaxSize = 256 << 20;

    /// <summary>Where it may be: Fedora and SUSE have moved it below /usr, and so has rpm-ostree, to another place.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

    public bool IsIn(MachineFiles files) => Folders.Any(folder => files.List(folder).Count > 0);

    public IReadOnlyList<InstalledPackage> Read(MachineFiles files, CancellationToken cancellation)
    {
        var packages = new List<InstalledPackage>();
        foreach (RpmHeader header in ReadHeaders(files))
        {
            cancellation.ThrowIfCancellationRequested();
            if (RpmPackage.Of(header) is { } package)
                packages.Add(package);
        }

        return packages;
    }

    /// <summary>Returns the header of each installed package; none when the machine has no such database.</summary>
    /// <exception cref="CorruptImageException">The database breaks its format, or is too large.</exception>
    public static IEnumerable<RpmHeader> ReadHeaders(MachineFiles files)
    {
        foreach (string folder in Folders)
        {
            string path = $"{folder}/rpmdb.sqlite";
            if (files.Read(path, MaxSize) is { } sqlite)
                return Headers(SqliteDatabase.Open(sqlite, files.Read($"{path}-wal", MaxSize) ?? [], path).ReadBlobs("Packages", column: 1), path);
            path = $"{folder}/Packages.db";
            if (files.Read(path, MaxSize) is { } ndb)
                return Headers(NdbDatabase.ReadBlobs(ndb, path), path);
            path = $"{folder}/Packages";
            if (files.Read(path, MaxSize) is { } hash)
                return Headers(BerkeleyDatabase.ReadValues(hash, path), path);
        }

        return [];
    }

    private static IEnumerable<RpmHeader> Headers(IEnumerable<ReadOnlyMemory<byte>> blobs, string path) => blobs.Select((blob, i) => new RpmHeader(blob, $"/{path}, package {i + 1}"));
}
