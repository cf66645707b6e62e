using Mig.Core;
using Mig.Disks.Partitions;
using Mig.FileSystems;
using Mig.Machines.Inventories.Versions;

namespace Mig.Exchange.Boots;

/// <summary>Finds the newest kernel of a disk that can be started without a loader, with its first file system and its root.</summary>
internal static class KernelFinder
{
    private const string KernelPrefix = "vmlinuz-";

    // How distributions call the first file system of the kernel vmlinuz-NAME.
    private static readonly (string Prefix, string Suffix)[] InitrdNames =
        [("initrd.img-", ""), ("initramfs-", ".img"), ("initrd-", ""), ("initramfs-", "")];

    /// <returns>Null when there is none.</returns>
    public static (BootKernel Kernel, BootArchitecture Architecture)? Find(IByteSource disk, PartitionTable table, Limits limits)
    {
        Found? best = null;
        (Partition Partition, string Uuid)? root = null;
        foreach (Partition partition in table.Volumes)
        {
            using VolumeFiles? files = VolumeFiles.Open(new SubSource(disk, partition.Range), limits);
            if (files is null)
                continue;
            if (IsRoot(files))
                root ??= (partition, files.Info.Uuid);
            foreach (string folder in (string[])["/boot/", "/"])
                best = Better(best, FindIn(files, partition, folder));
        }

        if (best is null)
            return null;
        BootKernel kernel = best.Kernel with { Root = NameRoot(root ?? (best.Partition, best.Uuid), best.Kernel.InitrdName is not null) };
        return (kernel, best.Architecture);
    }

    private static Found? FindIn(VolumeFiles files, Partition partition, string folder)
    {
        Found? best = null;
        List<(string Name, FileNode Node)> entries = [.. files.List(folder).Where(item => item.Node.Type == NodeType.File)];
        foreach ((string name, FileNode node) in entries.Where(item => IsKernelName(item.Name)))
        {
            if (BootArchitecture.OfKernel(TryReadHead(files, node)) is not { } architecture)
                continue;
            string release = name[KernelPrefix.Length..];
            (string? initrd, FileNode? initrdNode) = entries.FirstOrDefault(item =>
                InitrdNames.Any(form => item.Name == form.Prefix + release + form.Suffix));
            var kernel = new BootKernel(name, folder, partition.Number, partition.Range, node.Number, initrd, initrdNode?.Number ?? 0, "");
            best = Better(best, new Found(kernel, architecture, partition, files.Info.Uuid, release));
        }

        return best;
    }

    // It is shown to people, and stands in commands; kernels have no other names.
    private static bool IsKernelName(string name) => name.StartsWith(KernelPrefix, StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "._+~-".Contains(c, StringComparison.Ordinal));

    private static byte[] TryReadHead(VolumeFiles files, FileNode node)
    {
        try
        {
            return files.ReadHead(node, BootArchitecture.KernelHeadSize);
        }
        catch (CorruptImageException)
        {
            return [];
        }
    }

    // One with a first file system is what a distribution starts; of those, the newest.
    private static Found? Better(Found? left, Found? right)
    {
        if (left is null || right is null)
            return left ?? right;
        bool isLeftWhole = left.Kernel.InitrdName is not null, isRightWhole = right.Kernel.InitrdName is not null;
        if (isLeftWhole != isRightWhole)
            return isLeftWhole ? left : right;
        return DebianVersion.Compare(right.Release, left.Release) > 0 ? right : left;
    }

    private static bool IsRoot(VolumeFiles files) =>
        files.List("etc").Any(item => item.Name is "os-release" or "fstab" or "inittab");

    // A kernel alone knows partitions and their ids; what is on them is known to its first file system.
    private static string NameRoot((Partition Partition, string Uuid) root, bool hasInitrd)
    {
        if (hasInitrd && root.Uuid.Length > 0)
            return "UUID=" + root.Uuid;
        return root.Partition.UniqueId.Length > 0 ? "PARTUUID=" + root.Partition.UniqueId : "/dev/vda";
    }

    private sealed record Found(BootKernel Kernel, BootArchitecture Architecture, Partition Partition, string Uuid, string Release);
}
