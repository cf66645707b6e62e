using System.Globalization;
using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Mounts;

/// <summary>
/// The operating system of a machine that ostree deploys: not the root of its volume, but a directory in it. Source: ostree's manual,
/// "Deployments", "Atomic Upgrades".
/// </summary>
/// <param name="Mounts">The deployment as the machine's root, and what is mounted in it.</param>
/// <param name="Others">The directories of deployments that do not start by themselves.</param>
internal sealed record OstreeDeployment(IReadOnlyList<MountPoint> Mounts, IReadOnlyList<string> Others)
{
    /// <summary>Where ostree keeps what it deploys, on the root volume.</summary>
    public const string Folder = "ostree/deploy";

    private const int MaxEntrySize = 1 << 16;
    private const string KernelArgument = "ostree=";

    /// <param name="files">The volume as it is, without any mounts.</param>
    /// <returns>Null when the volume has a system of its own, or none that ostree deployed.</returns>
    public static OstreeDeployment? Find(MachineFiles files, MachineImage image, ImageVolume root)
    {
        if (files.Find(Folder) is not { Entry.Type: TreeEntryType.Directory } || files.Find("etc/os-release") is not null
            || files.Find("usr/lib/os-release") is not null)
            return null;
        List<MachineFile> all = [.. Directories(files, Folder).SelectMany(system => Directories(files, $"{system.Path}/deploy"))
            .Where(deployment => files.Find($"{deployment.Path}/usr") is not null)];
        if (all.Count == 0)
            return null;
        MachineFile chosen = FindStarting(files, image, root, all) ?? all.OrderByDescending(deployment => deployment.Entry.ModifiedTime)
            .ThenBy(deployment => deployment.Path, StringComparer.Ordinal).First();
        string shared = chosen.Path[..chosen.Path.LastIndexOf("/deploy/", StringComparison.Ordinal)] + "/var";
        var mounts = new List<MountPoint> { new("", root, chosen.Path, chosen.Entry) };
        if (files.Find(shared) is { Entry.Type: TreeEntryType.Directory } state)
            mounts.Add(new MountPoint("var", root, state.Path, state.Entry));
        if (files.Find("boot") is { Entry.Type: TreeEntryType.Directory } boot && files.List(boot.Path).Count > 0)
            mounts.Add(new MountPoint("boot", root, boot.Path, boot.Entry));
        return new OstreeDeployment(mounts,
            [.. all.Where(deployment => deployment.Path != chosen.Path).Select(deployment => deployment.Path)]);
    }

    // Entries of the boot loader name the deployment in the kernel's arguments, by a link; the one with the highest version starts.
    private static MachineFile? FindStarting(MachineFiles files, MachineImage image, ImageVolume root, List<MachineFile> deployments)
    {
        var entries = new List<(long Version, string Path)>();
        Collect(files, "boot/loader/entries", entries);
        foreach (ImageVolume volume in image.Disks.SelectMany(disk => disk.Volumes)
            .Where(volume => volume.Root is not null && volume != root))
        {
            // A volume for /boot has no system of its own, so nothing of this is asked of it again.
            if (TreeLookup.Find(files.Store, volume.Root!, "loader"u8) is not null
                && TreeLookup.Find(files.Store, volume.Root!, "ostree/deploy"u8) is null)
                Collect(new MachineFiles(files.Store, 1, image, volume), "loader/entries", entries);
        }

        foreach ((_, string path) in entries.OrderByDescending(entry => entry.Version))
        {
            if (files.Find(path) is { } found && deployments.Find(deployment => deployment.Path == found.Path) is { } deployment)
                return deployment;
        }

        return null;
    }

    private static void Collect(MachineFiles files, string folder, List<(long Version, string Path)> entries)
    {
        foreach (MachineFile file in files.List(folder))
        {
            if (file.Entry is not { Type: TreeEntryType.File, Size: <= MaxEntrySize }
                || !file.Path.EndsWith(".conf", StringComparison.Ordinal))
                continue;
            long version = 0;
            string path = "";
            foreach (string[] words in Encoding.UTF8.GetString(files.Read(file, MaxEntrySize)).Split('\n')
                .Select(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)))
            {
                if (words is ["version", var number, ..])
                    _ = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out version);
                else if (words is ["options", ..]
                    && Array.Find(words, word => word.StartsWith(KernelArgument, StringComparison.Ordinal)) is { } argument)
                    path = argument[KernelArgument.Length..];
            }

            if (path.Length > 0)
                entries.Add((version, path));
        }
    }

    private static IEnumerable<MachineFile> Directories(MachineFiles files, string folder) =>
        files.List(folder).Where(file => file.Entry.Type == TreeEntryType.Directory);
}
