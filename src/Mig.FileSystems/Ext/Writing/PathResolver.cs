using System.Text;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Follows paths from the root, as a process would whose root directory it is: no link and no <c>..</c> leads out.</summary>
internal sealed class PathResolver(WritableVolume volume)
{
    private const int MaxLinks = 40; // as the kernel
    private const byte Slash = (byte)'/';

    private readonly NodeReader _nodes =
        new(volume.Geometry, volume.Map, new AttributeReader(volume.Store, volume.Geometry, volume.Table, volume.Map, volume.Limits));

    /// <summary>Returns a path for a message.</summary>
    public static string Describe(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    /// <exception cref="NotFoundException">A directory on the way does not exist.</exception>
    /// <exception cref="RefusedOperationException">Something on the way is no directory, or there are too many links.</exception>
    public ResolvedPath Resolve(ReadOnlySpan<byte> path, bool followLast)
    {
        var names = new Stack<byte[]>();
        Push(names, path);
        var parents = new List<long>();
        var trail = new List<byte[]>();
        long node = Geometry.RootInode;
        int links = 0;
        while (names.TryPop(out byte[]? name))
        {
            if (node == 0)
                throw new NotFoundException($"{Describe(path)}: there is no directory {Describe(trail[^1])} on the way");
            if (volume.Table.GetUsed(node).Type != NodeType.Directory && trail.Count == 0)
                throw ExtError.Corrupt("EXT4-059", "the root is no directory; run e2fsck on the volume");
            if (volume.Table.GetUsed(node).Type != NodeType.Directory)
                throw new RefusedOperationException(
                    RefusalReason.NotADirectory, $"{Describe(path)}: {Describe(trail[^1])} is no directory");
            if (name.AsSpan().SequenceEqual("."u8))
                continue;
            if (name.AsSpan().SequenceEqual(".."u8))
            {
                if (parents.Count > 0)
                {
                    node = parents[^1];
                    parents.RemoveAt(parents.Count - 1);
                    trail.RemoveAt(trail.Count - 1);
                }

                continue;
            }

            if (parents.Count >= volume.Limits.MaxDirectoryDepth)
                throw ExtError.Corrupt("EXT4-123",
                    $"{Describe(path)}: leads more than {volume.Limits.MaxDirectoryDepth} directories deep, at most "
                    + $"{volume.Limits.MaxDirectoryDepth} allowed");
            long child = volume.Directories.Find(node, name);
            bool isFollowed = child != 0 && (names.Count > 0 || followLast) && volume.Table.GetUsed(child).Type == NodeType.SymbolicLink;
            if (!isFollowed)
            {
                parents.Add(node);
                trail.Add(name);
                node = child;
                continue;
            }

            if (++links > MaxLinks)
                throw new RefusedOperationException(
                    RefusalReason.TooManyLevels, $"{Describe(path)}: leads over more than {MaxLinks} symbolic links");
            ReadOnlySpan<byte> target = ReadTarget(child);
            if (target[0] == Slash)
            {
                parents.Clear();
                trail.Clear();
                node = Geometry.RootInode;
            }

            Push(names, target);
        }

        return new ResolvedPath(parents, trail, node);
    }

    private static void Push(Stack<byte[]> names, ReadOnlySpan<byte> path)
    {
        var parts = new List<byte[]>();
        foreach (Range range in path.Split(Slash))
        {
            if (!path[range].IsEmpty)
                parts.Add(path[range].ToArray());
        }

        for (int i = parts.Count - 1; i >= 0; i--)
            names.Push(parts[i]);
    }

    private ReadOnlySpan<byte> ReadTarget(long link)
    {
        Inode inode = volume.Table.GetUsed(link);
        if ((inode.Flags & InodeFlags.Encrypted) != 0)
            throw new UnsupportedFeatureException(
                "ext4 encrypt", $"inode {link} is an encrypted symbolic link, which cannot be followed without the key");
        return _nodes.Read(inode).LinkTarget.Span;
    }
}
