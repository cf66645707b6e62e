using Mig.Core;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Mounts;

namespace Mig.Images.Running;

/// <summary>Which volumes a command sees, and where: those that the machine mounts by itself.</summary>
internal static class MachineVolumes
{
    /// <summary>The types that are tried for a volume that mig does not look into.</summary>
    private const string KernelTypes = "ext4,xfs,btrfs";

    /// <exception cref="UnsupportedFeatureException">It is not known which volume has the operating system, or one that it mounts is not
    /// there.</exception>
    public static IReadOnlyList<RunMount> Find(Repository repository, MachineImage image, IReadOnlyList<string> without)
    {
        if (repository.Images.FindDefaultVolume(image) is not { Root: not null } root)
            return [FindOpaqueRoot(image)];
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        HashSet<string> left = [.. without.Select(path => path.Trim('/'))];
        foreach (MissingMount missing in files.MissingMounts.Where(missing => !missing.Entry.IsOptional && missing.Volume is null))
        {
            if (!left.Contains(missing.Entry.Path.Trim('/')))
                throw new UnsupportedFeatureException(
                    $"{missing.Entry.Origin}: {missing.Entry.Device} for {missing.Entry.Path} is not in the image",
                    $"'--without {missing.Entry.Path}' runs the command without it");
        }

        var mounts = new List<RunMount> { Mount(image, root, "") };
        mounts.AddRange(files.Mounts.Skip(1).Where(mount => !mount.IsBind && mount.Folder.Length == 0 && !left.Contains(mount.Path))
            .Select(mount => Mount(image, mount.Volume, Resolve(files, mount.Path))));
        mounts.AddRange(files.MissingMounts.Where(missing => missing.Volume is not null && !left.Contains(missing.Entry.Path.Trim('/')))
            .Select(missing => Mount(image, missing.Volume!, Resolve(files, missing.Entry.Path))));
        return mounts;
    }

    // A volume that only the kernel reads: it must be the only one of a size to hold a system.
    private static RunMount FindOpaqueRoot(MachineImage image)
    {
        ImageVolume[] volumes = [.. image.Disks.SelectMany(disk => disk.Volumes).Where(volume => volume.Root is null
            && volume.FileSystem is "" or "xfs" or "btrfs")];
        return volumes is [{ } only] ? Mount(image, only, "")
            : throw new UnsupportedFeatureException("an image in which mig finds no operating system",
                "run it as a machine, with 'mig boot'");
    }

    private static RunMount Mount(MachineImage image, ImageVolume volume, string path)
    {
        ImageDisk disk = image.Disks.First(disk => disk.Volumes.Contains(volume));
        return new RunMount(disk.Name, volume.Range, volume.Root is null || volume.FileSystem.Length == 0 ? KernelTypes
            : volume.FileSystem.StartsWith("fat", StringComparison.Ordinal) ? "vfat" : volume.FileSystem, path);
    }

    // No link of the image may lead a mount elsewhere.
    private static string Resolve(MachineFiles files, string path) => files.Find(path)?.Path ?? path.Trim('/');
}
