using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Machines.Coverage;
using Mig.Machines.Files;

namespace Mig.Images.Browse;

/// <summary>Looks into images: finds paths, lists directories, reads content. May be used from several threads.</summary>
/// <remarks>Symbolic links are not followed unless that is asked for, as in <c>git show REV:PATH</c>.</remarks>
public sealed class ImageBrowser(Repository repository)
{
    /// <summary>Opens the image of a version.</summary>
    /// <param name="revision">A branch, a tag, an id, or any other revision (docs/guide/versions.md).</param>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="CorruptStoreException">The image is missing or damaged.</exception>
    public VersionImage Open(string revision = "HEAD") =>
        new(this, repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)));

    /// <inheritdoc cref="Open(string)"/>
    public VersionImage Open(CommitId commit) => new(this, repository.Objects.ReadImage(repository.Objects.ReadCommit(commit).Image));

    /// <summary>Finds <c>REV:PATH</c>; without a path, the root.</summary>
    /// <exception cref="NotFoundException">There is no such revision, disk, volume or path; near names are offered.</exception>
    public ImagePath Find(string revisionAndPath)
    {
        (string revision, PathSpec? path) = PathSpec.Split(revisionAndPath);
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));
        return Find(image, path ?? PathSpec.Root, revision);
    }

    /// <summary>Finds a path in an image; on the volumes of Windows also with its drive letters, backslashes, and in any case.</summary>
    /// <param name="revision">How the user called the image, for messages.</param>
    /// <param name="followsLinks">Whether symbolic links are followed, inside the image: on the way, and at the end. The path stays as it
    /// was given.</param>
    public ImagePath Find(MachineImage image, PathSpec path, string revision, bool followsLinks = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(path);
        path = PathFinder.Locate(repository.Store, image, path);
        (ImageDisk disk, ImageVolume volume) = FindVolume(image, path, revision);
        if (followsLinks && image.Disks.Contains(disk))
            return new LinkWalk(repository, image, disk, volume, path, $"{revision}:{path}").Run();
        TreeEntry entry = FindEntry(volume, path.Path.Span, $"{revision}:{path}");
        if (entry.Type == TreeEntryType.HardLink)
            entry = TreeLookup.FollowLink(repository.Store, volume.Root!, entry);
        return new ImagePath(disk, volume, path.Path, entry);
    }

    /// <summary>Returns the entries of a directory, sorted by the bytes of their names; hard links are followed.</summary>
    public IReadOnlyList<TreeEntry> List(ImagePath directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return [.. TreeReader.ReadEntries(repository.Store, directory.Entry.Tree)
            .Select(entry => entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(repository.Store, directory.Volume.Root!, entry)
                : entry)];
    }

    /// <summary>Returns a directory's whole subtree, each directory before what is in it, with paths from the volume's root.</summary>
    public IEnumerable<ImagePath> ListAll(ImagePath directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var guard = new WalkGuard(repository.Store, repository.Context.Limits, directory.Entry.Tree);
        var open = new Stack<(ReadOnlyMemory<byte> Path, IReadOnlyList<TreeEntry> Entries, int Next)>(
            [(directory.Path, List(directory), 0)]);
        while (open.TryPop(out (ReadOnlyMemory<byte> Path, IReadOnlyList<TreeEntry> Entries, int Next) top))
        {
            if (top.Next == top.Entries.Count)
                continue;
            open.Push(top with { Next = top.Next + 1 });
            TreeEntry entry = top.Entries[top.Next];
            ImagePath child = directory with { Path = TreePath.Join(top.Path.Span, entry.Name.Span), Entry = entry };
            guard.Meet(open.Count - 1, child.Path.Span);
            yield return child;
            if (entry.Type == TreeEntryType.Directory)
                open.Push((child.Path, List(child), 0));
        }
    }

    /// <summary>Writes a file's content.</summary>
    /// <exception cref="UsageException">It is not a regular file.</exception>
    public void CopyContent(ImagePath file, Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Entry.Type != TreeEntryType.File)
            throw new UsageException(
                $"/{Encoding.UTF8.GetString(file.Path.Span)} is a {EntryWords.Describe(file.Entry.Type)}, not a regular file");
        new FileContents(repository.Store, repository.Context.Parallelism).Copy(file.Entry, destination, cancellation);
    }

    /// <summary>
    /// The volume that a path without <c>@</c> means: the one with the operating system, or the only one with files; null when that is not
    /// clear.
    /// </summary>
    public ImageVolume? FindDefaultVolume(MachineImage image) => SystemVolume.FindDefault(repository.Store, image);

    private DiskVolume FindVolume(MachineImage image, PathSpec path, string revision)
    {
        List<ImageDisk> disks = [.. image.Disks.Where(disk => path.Disk is null || disk.Name == path.Disk)];
        if (disks.Count == 0 && path is { Disk: ImageAttachments.PlaceName, Partition: null }
            && ImageAttachments.AsVolume(image) is { } beside)
        {
            ImageAttachments.Read(repository.Store, image);
            return beside;
        }

        if (disks.Count == 0)
        {
            string[] names = [.. image.Disks.Select(disk => disk.Name)];
            throw new NotFoundException(
                $"{revision} has no disk '{path.Disk}'; it has {string.Join(", ", names)}.{NearNames.Suggest(path.Disk!, names)}");
        }

        List<DiskVolume> volumes = [.. disks.SelectMany(disk => disk.Volumes.Select(volume => new DiskVolume(disk, volume)))];
        if (path.Partition is { } number)
        {
            volumes.RemoveAll(item => !path.Means(item));
            if (volumes.Count == 0)
                throw new NotFoundException($"{revision} has no partition {number}; it has {Names(disks)}");
        }

        List<DiskVolume> readable = [.. volumes.Where(item => item.Volume.Root is not null)];
        return readable.Count switch
        {
            0 when volumes.Count == 1 => throw new NotFoundException(
                $"{revision}: volume {Name(volumes[0].Disk, volumes[0].Volume)} was not looked into: {volumes[0].Volume.Reason}"),
            0 => throw new NotFoundException($"{revision} has no volume with files"),
            1 => readable[0],
            _ => SystemVolume.Find(repository.Store, readable)
                ?? throw new UsageException(
                $"{revision} has several volumes with files and none with an operating system; choose one: "
                + $"{string.Join(", ", readable.Select(item => Name(item.Disk, item.Volume)))}"),
        };
    }

    private TreeEntry FindEntry(ImageVolume volume, ReadOnlySpan<byte> path, string whole)
    {
        TreeEntry entry = volume.Root!;
        ReadOnlySpan<byte> rest = path;
        while (!rest.IsEmpty)
        {
            if (entry.Type != TreeEntryType.Directory)
                throw new NotFoundException(
                    $"{whole} does not exist: '{Encoding.UTF8.GetString(entry.Name.Span)}' is a {EntryWords.Describe(entry.Type)}, not a "
                    + "directory");
            ReadOnlySpan<byte> name = NextName(ref rest);
            TreeEntry? next = TreeReader.Find(repository.Store, entry.Tree, name);
            if (next is null)
            {
                int length = path.Length - rest.Length;
                if (UnreadSentence.FindReason(volume, path[..length].TrimEnd((byte)'/')) is { } reason)
                    throw new NotFoundException($"{whole} {reason}");
                IEnumerable<string> names = TreeReader.ReadEntries(repository.Store, entry.Tree)
                    .Select(near => Encoding.UTF8.GetString(near.Name.Span));
                throw new NotFoundException($"{whole} does not exist.{NearNames.Suggest(Encoding.UTF8.GetString(name), names)}");
            }

            entry = next;
        }

        return entry;
    }

    private static ReadOnlySpan<byte> NextName(ref ReadOnlySpan<byte> path)
    {
        int slash = path.IndexOf((byte)'/');
        ReadOnlySpan<byte> name = slash < 0 ? path : path[..slash];
        path = slash < 0 ? default : path[(slash + 1)..];
        return name;
    }

    private static string Names(List<ImageDisk> disks) =>
        string.Join(", ", disks.SelectMany(disk => disk.Volumes.Select(volume => Name(disk, volume))));

    private static string Name(ImageDisk disk, ImageVolume volume) =>
        volume.Number == 0 ? $"@{disk.Name}" : $"@{disk.Name}.{volume.Number}";
}
