using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Mounts;

namespace Mig.Images.Browse;

/// <summary>
/// Finds what a path leads to, symbolic links followed: inside the image, absolute targets from the root of the machine. A path without a
/// volume goes over all volumes that the machine mounts, once a link leads to one of them. For one path.
/// </summary>
internal sealed class LinkWalk(Repository repository, MachineImage image, ImageDisk disk, ImageVolume volume, PathSpec path, string whole)
{
    private const int MaxLinks = 40; // as Linux allows in one path

    private readonly List<(byte[] Name, TreeEntry Entry)> _way = [];
    private readonly Stack<byte[]> _rest = new();
    private ImageDisk _disk = disk;
    private ImageVolume _volume = volume;
    private string? _lastLink;
    private int _links;

    /// <exception cref="NotFoundException">The path, or what a link on it names, does not exist; or the links go in circles.</exception>
    public ImagePath Run()
    {
        Push(path.Path.Span);
        while (_rest.TryPop(out byte[]? name))
        {
            if (name is [] or [(byte)'.'])
                continue;
            if (name is [(byte)'.', (byte)'.'])
            {
                if (_way.Count > 0)
                    _way.RemoveAt(_way.Count - 1);
                continue;
            }

            TreeEntry parent = Here;
            if (parent.Type != TreeEntryType.Directory)
                throw new NotFoundException(
                    $"{whole} does not exist: {Text()} is a {EntryWords.Describe(parent.Type)}, not a directory{Because()}");
            if (Find(parent, name) is not { } entry)
                return OnOtherVolume(name) ?? throw Missing(parent, name);
            _way.Add((name, entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(repository.Store, _volume.Root!, entry) : entry));
            if (entry.Type == TreeEntryType.SymbolicLink)
                Follow(entry);
        }

        return new ImagePath(_disk, _volume, path.Path, Here);
    }

    private TreeEntry Here => _way.Count == 0 ? _volume.Root! : _way[^1].Entry;

    private TreeEntry? Find(TreeEntry parent, byte[] name) =>
        WindowsPath.IsUsedOn(_volume) ? WindowsPath.Find(repository.Store, parent, name)
            : TreeReader.Find(repository.Store, parent.Tree, name);

    private void Follow(TreeEntry link)
    {
        _lastLink = $"{Text()}, a link to {Encoding.UTF8.GetString(link.LinkTarget.Span)}";
        if (++_links > MaxLinks)
            throw new NotFoundException(
                $"{whole} cannot be followed: the links go in circles, or there are more than {MaxLinks}, at {_lastLink}; --no-follow "
                + "shows the link itself");
        _way.RemoveAt(_way.Count - 1);
        ReadOnlySpan<byte> target = link.LinkTarget.Span;
        if (target.StartsWith("/"u8))
            _way.Clear();
        else if (WindowsPath.IsUsedOn(_volume) && IsDrive(target))
            target = EnterDrive(target);
        Push(target);
    }

    private static bool IsDrive(ReadOnlySpan<byte> target) =>
        target is [var letter, (byte)':', ..] && char.IsAsciiLetter((char)letter) && (target.Length == 2 || target[2] == '/');

    // A target of Windows begins with the drive as the machine calls it.
    private ReadOnlySpan<byte> EnterDrive(ReadOnlySpan<byte> target)
    {
        List<DiskVolume> volumes = [.. ImageVolumes.WithFiles(image)];
        char drive = char.ToUpperInvariant((char)target[0]);
        (_disk, _volume) = DriveLetters.Find(repository.Store, volumes, drive) ?? throw new NotFoundException(
            $"{whole} leads to drive {drive}:{Because()}, which the image does not have, as far as its registry tells");
        _way.Clear();
        return target[2..];
    }

    private void Push(ReadOnlySpan<byte> names)
    {
        var parts = new List<byte[]>();
        foreach (Range range in names.Split((byte)'/'))
            parts.Add(names[range].ToArray());
        for (int i = parts.Count - 1; i >= 0; i--)
            _rest.Push(parts[i]);
    }

    // A link of the machine may lead to what it mounts from another volume. A path that names its volume stays there.
    private ImagePath? OnOtherVolume(byte[] name)
    {
        if (_lastLink is null || path is not { Disk: null, Partition: null } || WindowsPath.IsUsedOn(_volume))
            return null;
        string full = string.Join('/', _way.Select(step => step.Name).Append(name).Concat(_rest).Select(Encoding.UTF8.GetString));
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, _volume);
        if (files.Find(full) is not { } found)
            return null;
        ImageVolume there = files.MountOf(found.Path).Volume;
        return new ImagePath(image.Disks.First(item => item.Volumes.Contains(there)), there, path.Path, found.Entry);
    }

    private NotFoundException Missing(TreeEntry parent, byte[] name)
    {
        string missing = Encoding.UTF8.GetString(name);
        if (UnreadSentence.FindReason(_volume, PathTo(name)) is { } reason)
            return new NotFoundException(_lastLink is null ? $"{whole} {reason}"
                : $"{whole} leads to {Text(missing)}{Because()}, and that {reason}");
        if (_lastLink is not null)
            return new NotFoundException(
                $"{whole} leads to {Text(missing)}{Because()}, and that does not exist; --no-follow shows the link itself");
        IEnumerable<string> names = TreeReader.ReadEntries(repository.Store, parent.Tree)
            .Select(near => Encoding.UTF8.GetString(near.Name.Span));
        return new NotFoundException($"{whole} does not exist.{NearNames.Suggest(missing, names)}");
    }

    // Of the first name that is not there.
    private byte[] PathTo(byte[] name)
    {
        var path = new List<byte>();
        foreach ((byte[] step, _) in _way)
            path.AddRange([.. step, (byte)'/']);
        return [.. path, .. name];
    }

    private string Because() => _lastLink is null ? "" : $" by way of {_lastLink}";

    private string Text(string? last = null) =>
        "/" + string.Join('/', _way.Select(step => Encoding.UTF8.GetString(step.Name)).Concat(last is null ? [] : [last]));
}
