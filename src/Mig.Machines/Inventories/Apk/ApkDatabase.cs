using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Apk;

/// <summary>The packages of apk.</summary>
internal sealed class ApkDatabase : IPackageDatabase
{
    /// <summary>Most bytes of the database.</summary>
    public const int MaxSize = 64 << 20;

    // apk 3 keeps it below /usr.
    private static readonly string[] Paths = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

    public bool IsIn(MachineFiles files) => Array.Exists(Paths, path => files.Find(path) is not null);

    public IReadOnlyList<InstalledPackage> Read(MachineFiles files, CancellationToken cancellation) =>
        ReadContent(files) is { } content ? ApkInstalled.Parse(content) : [];

    /// <summary>Returns the database as it is; null when there is none.</summary>
    public static byte[]? ReadContent(MachineFiles files)
    {
        foreach (string path in Paths)
        {
            if (files.Read(path, MaxSize) is { } content)
                return content;
        }

        return null;
    }
}
