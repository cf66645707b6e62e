using Mig.Core;
using Mig.Core.Host;
using Mig.Disks;

namespace Mig.Images.Export;

/// <summary>The disk file under an export, opened, with what is known of it. Owns the file.</summary>
internal sealed class BackingImage : IDisposable
{
    private BackingImage(DiskImage disk, ExportRecord? record) => (Disk, Record) = (disk, record);

    public DiskImage Disk { get; }

    /// <summary>What mig knows to be in it; null when it must be read.</summary>
    public ExportRecord? Record { get; }

    /// <summary>Opens the file.</summary>
    /// <param name="repositoryFolder">Where what is known of it stands.</param>
    public static BackingImage Open(string repositoryFolder, string path, Limits limits, IReadOnlyList<string> allowedFolders)
    {
        ExportRecord? record = ExportRecords.Find(repositoryFolder, path);
        DiskImage disk = DiskFormats.Open(
            path, record?.Format, limits, new DiskOpenOptions { AllowedFolders = allowedFolders, IsWatched = true });
        if (disk.Format.Contains('+', StringComparison.Ordinal))
        {
            disk.Dispose();
            throw new UsageException($"{path} is compressed ({disk.Format}), and no disk can lie over that; decompress it first");
        }

        return new BackingImage(disk, record?.Length == disk.Content.Length && record.IsCurrent ? record : null);
    }

    /// <summary>Returns how a disk in some place names this one.</summary>
    /// <param name="target">The file of that disk, which must not be one of this one's.</param>
    /// <exception cref="UsageException">It is.</exception>
    public BackingDisk NameFor(string target)
    {
        if (LibC.GetStamp(target) is { } stamp
            && Disk.Files.Any(file => LibC.GetStamp(file) is { } own && (own.Inode, own.Device) == (stamp.Inode, stamp.Device)))
            throw new UsageException($"{target} is {Disk.Path} or lies under it; a disk cannot lie over itself, choose another name");
        string from = HostPath.Resolve(HostPath.FolderOf(target))
            ?? throw new UsageException($"folder {HostPath.FolderOf(target)} does not exist; create it first");
        string folder = HostPath.Resolve(HostPath.FolderOf(Disk.Path)) ?? HostPath.FolderOf(Disk.Path);
        string name = Path.GetRelativePath(from, Path.Combine(folder, Path.GetFileName(Disk.Path)));
        // QEMU takes "word:" at the start for a protocol.
        if (name.Split('/')[0].Contains(':', StringComparison.Ordinal))
            name = $"./{name}";
        return new BackingDisk(name, Disk.Format.Split(':')[0], Disk.ContentId);
    }

    /// <summary>Checks that nobody has written to the file since it was opened.</summary>
    /// <exception cref="ChangedFileException">Somebody has.</exception>
    public void CheckUnchanged()
    {
        if (Disk.FindChange() is var (path, change))
            throw new ChangedFileException(
                path, change, "Nothing was written, since a disk that lies over another one needs it to stay as it is");
    }

    public void Dispose() => Disk.Dispose();
}
