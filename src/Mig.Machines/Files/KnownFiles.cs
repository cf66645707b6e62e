using Mig.Core;
using Mig.History.Trees;

namespace Mig.Machines.Files;

/// <summary>
/// The files that say what a machine is, wherever anything is asked of it: its configuration, its units, its list of packages. A partial
/// clone fetches them together, since each that is fetched alone costs a round trip.
/// </summary>
internal static class KnownFiles
{
    private const int MostBytes = 8 << 20, MostBytesEach = 1 << 20, MostFolders = 4096;

    private static readonly string[] Trees = ["etc"];
    private static readonly string[] Folders = ["usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
    private static readonly string[] Single =
        ["usr/lib/os-release", "var/lib/dpkg/status", "var/lib/dpkg/diversions", "lib/apk/db/installed", "usr/lib/apk/db/installed"];

    /// <summary>Returns their contents, up to some megabytes.</summary>
    public static IEnumerable<BlobId> Find(MachineFiles files)
    {
        long bytes = 0;
        foreach (MachineFile file in Single.Select(files.Find).OfType<MachineFile>().Concat(Folders.SelectMany(files.List))
            .Concat(Trees.SelectMany(tree => Below(files, tree))))
        {
            if (file.Entry is not { Type: TreeEntryType.File, Size: > 0 and <= MostBytesEach })
                continue;
            bytes += file.Entry.Size;
            if (bytes > MostBytes)
                yield break;
            foreach (BlobId blob in FileContents.BlobsOf(files.Store, file.Entry))
                yield return blob;
        }
    }

    private static IEnumerable<MachineFile> Below(MachineFiles files, string tree)
    {
        var pending = new Queue<string>([tree]);
        for (int seen = 0; seen < MostFolders && pending.TryDequeue(out string? folder); seen++)
        {
            foreach (MachineFile file in files.List(folder))
            {
                if (file.Entry.Type == TreeEntryType.Directory)
                    pending.Enqueue(file.Path);
                else
                    yield return file;
            }
        }
    }
}
