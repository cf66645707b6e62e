using Mig.Core;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>The packages of RPM, in any of its three databases.</summary>
internal sealed class RpmDatabase : IPackageDatabase
{
    private const int MaxSize = 256 << 20;
    private const string Sqlite = "rpmdb.sqlite";
    private const string Ndb = "Packages.db";
    private const string Hash = "Packages";

    /// <summary>Where it may be: Fedora and SUSE have moved it below /usr, and so has rpm-ostree, to another place.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

    /// <summary>What its file may be called, one for each kind of database.</summary>
    public static IReadOnlyList<string> Names { get; } = [Sqlite, Ndb, Hash];

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
            if (ReadHeaders(folder, files.Read) is { } headers)
                return headers;
        }

        return [];
    }

    /// <summary>Returns the header of each package that a database says to be installed; null when there is none in the folder.</summary>
    /// <param name="read">Reads a file of at most so many bytes; null when there is none.</param>
    /// <exception cref="CorruptImageException">The database breaks its format, or is too large.</exception>
    public static IEnumerable<RpmHeader>? ReadHeaders(string folder, Func<string, int, byte[]?> read)
    {
        string path = $"{folder}/{Sqlite}";
        if (read(path, MaxSize) is { } sqlite)
            return Headers(SqliteDatabase.Open(sqlite, read($"{path}-wal", MaxSize) ?? [], path).ReadBlobs("Packages", column: 1), path);
        path = $"{folder}/{Ndb}";
        if (read(path, MaxSize) is { } ndb)
            return Headers(NdbDatabase.ReadBlobs(ndb, path), path);
        path = $"{folder}/{Hash}";
        return read(path, MaxSize) is { } hash ? Headers(BerkeleyDatabase.ReadValues(hash, path), path) : null;
    }

    private static IEnumerable<RpmHeader> Headers(IEnumerable<ReadOnlyMemory<byte>> blobs, string path) =>
        blobs.Select((blob, i) => new RpmHeader(blob, $"/{path}, package {i + 1}"));
}
