using System.Globalization;
using Mig.History.Trees;
using Mig.Machines.Coverage;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories;

/// <summary>
/// Software that a machine keeps apart from its own packages: in images, layers and root directories of their own, into which mig does not
/// look.
/// </summary>
internal static class BundledSoftware
{
    private const int MaxNames = 3;

    private static readonly Place[] Places =
    [
        new("var/lib/snapd/snaps", "snap", entry => Ends(entry, ".snap"), HoldsSecrets: false),
        new("var/lib/flatpak/app", "Flatpak", IsFolder, HoldsSecrets: false),
        new("var/lib/flatpak/runtime", "runtime of Flatpaks", IsFolder, HoldsSecrets: false) { Many = "runtimes of Flatpaks" },
        new("var/lib/docker/overlay2", "layer of Docker containers", entry =>
            IsFolder(entry) && Name(entry) != "l") { Many = "layers of Docker containers" },
        new("var/lib/docker/vfs/dir", "layer of Docker containers", IsFolder) { Many = "layers of Docker containers" },
        new("var/lib/docker/btrfs/subvolumes", "layer of Docker containers", IsFolder) { Many = "layers of Docker containers" },
        new("var/lib/containers/storage/overlay", "layer of Podman containers", entry =>
            IsFolder(entry) && Name(entry) != "l") { Many = "layers of Podman containers" },
        new("var/lib/containers/storage/vfs/dir", "layer of Podman containers", IsFolder) { Many = "layers of Podman containers" },
        new("var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots", "layer of containerd's containers",
            IsFolder) { Many = "layers of containerd's containers" },
        new("var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots", "layer of k3s' containers",
            IsFolder) { Many = "layers of k3s' containers" },
        new("var/lib/lxc", "container of LXC", IsFolder) { Many = "containers of LXC" },
        new("var/lib/lxd/storage-pools", "storage pool of LXD", IsFolder) { Many = "storage pools of LXD" },
        new("var/snap/lxd/common/lxd/storage-pools", "storage pool of LXD", IsFolder) { Many = "storage pools of LXD" },
        new("var/lib/incus/storage-pools", "storage pool of Incus", IsFolder) { Many = "storage pools of Incus" },
        new("var/lib/machines", "machine of systemd-nspawn", entry =>
            IsFolder(entry) || Ends(entry, ".raw")) { Many = "machines of systemd-nspawn" },
        new("var/lib/portables", "portable service", entry => IsFolder(entry) || Ends(entry, ".raw")),
        new("var/lib/extensions", "extension of the system", entry =>
            IsFolder(entry) || Ends(entry, ".raw"), HoldsSecrets: false) { Many = "extensions of the system" },
        new("var/lib/libvirt/images", "disk of a virtual machine", entry =>
            entry.Type == TreeEntryType.File && !Ends(entry, ".iso")) { Many = "disks of virtual machines" },
    ];

    /// <summary>Names what there is, one part for each place that has any.</summary>
    public static IEnumerable<UnseenPart> Find(MachineFiles files)
    {
        foreach (Place place in Places)
        {
            string[] names = [.. files.List(place.Path).Where(file => place.Counts(file.Entry)).Select(file => Name(file.Entry))];
            if (names.Length == 0)
                continue;
            string what = names.Length == 1 ? $"a {place.One}" : $"{names.Length.ToString(CultureInfo.InvariantCulture)} {place.Many}";
            string shown = string.Join(", ", names.Take(MaxNames)) + (names.Length > MaxNames ? " and more" : "");
            yield return new UnseenPart(UnseenKind.Bundle, what, "/" + place.Path,
                $"{shown}; mig does not look into {(names.Length == 1 ? "it" : "them")}", Matters: true);
        }
    }

    /// <summary>Tells whether a part may hold what a machine must not pass on. What is installed as its maker made it does not.</summary>
    public static bool HoldsSecrets(UnseenPart part) => Array.Exists(Places, place => place.HoldsSecrets && "/" + place.Path == part.Path);

    private static bool IsFolder(TreeEntry entry) => entry.Type == TreeEntryType.Directory;

    private static bool Ends(TreeEntry entry, string end) => Name(entry).EndsWith(end, StringComparison.Ordinal);

    private static string Name(TreeEntry entry) => System.Text.Encoding.UTF8.GetString(entry.Name.Span);

    private sealed record Place(string Path, string One, Func<TreeEntry, bool> Counts, bool HoldsSecrets = true)
    {
        public string Many { get; init; } = One + "s";
    }
}
