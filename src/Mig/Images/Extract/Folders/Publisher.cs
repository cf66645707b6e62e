using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Extract.Folders;

/// <summary>Moves what is whole to its final names. Without leave to replace, nothing that is there is touched.</summary>
internal sealed class Publisher(bool replaces, CancellationToken cancellation)
{
    // Directories that were there already, and are to get the metadata of those that were to be made.
    private readonly List<string> _merged = [];

    /// <summary>Paths of directories that were there already.</summary>
    public IReadOnlyList<string> Merged => _merged;

    /// <summary>Moves one name.</summary>
    /// <param name="path">The path at the destination, for messages and <see cref="Merged"/>.</param>
    /// <exception cref="ConflictException">The name is taken.</exception>
    public void Move(HostFolder from, ReadOnlySpan<byte> name, HostFolder to, ReadOnlySpan<byte> newName, byte[] path)
    {
        cancellation.ThrowIfCancellationRequested();
        if (from.TryMove(name, to, newName, replaces: false))
            return;
        bool isDirectory = from.GetType(name) == FileType.Directory, wasDirectory = to.GetType(newName) == FileType.Directory;
        if (!replaces && !(isDirectory && wasDirectory && IsMadeByFormat(newName)))
            throw Taken(to, newName);
        if (isDirectory && wasDirectory)
        {
            using HostFolder source = from.OpenFolder(name), target = to.OpenFolder(newName);
            MoveAll(source, target, path);
            return;
        }

        if (wasDirectory)
            throw new ConflictException(
                $"{to.Display(newName)} is a folder, and a file of that name is to be extracted; mig replaces no folder by a file: move "
                + "it away first");
        if (isDirectory)
            to.Unlink(newName, isDirectory: false);
        from.TryMove(name, to, newName, replaces: true);
    }

    /// <summary>Moves all that is in a folder into one that is there.</summary>
    public void MoveAll(HostFolder from, HostFolder to, byte[] path)
    {
        _merged.Add(PlannedEntry.Key(path));
        foreach ((byte[] name, _) in FolderListing.Read(from))
            Move(from, name, to, name, path.Length == 0 ? name : [.. path, (byte)'/', .. name]);
    }

    /// <summary>Tells whether a new file system has this name already: a folder that holds nothing else counts as empty.</summary>
    public static bool IsMadeByFormat(ReadOnlySpan<byte> name) => name.SequenceEqual("lost+found"u8);

    public static ConflictException Taken(HostFolder folder, ReadOnlySpan<byte> name) =>
        new($"{folder.Display(name)} exists; choose another place, or replace files there with --force");
}
