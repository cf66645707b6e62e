using Mig.Core;

namespace Mig.Fuse;

/// <summary>A file, directory, link or other node of a mounted tree. Never changes; may be asked from several threads.</summary>
public abstract class MountedNode
{
    /// <summary>The inode number: equal for all names of a file, different for all else in the tree. The root may have any.</summary>
    public abstract ulong Inode { get; }

    /// <summary>What <c>stat</c> says.</summary>
    public abstract MountedAttributes Attributes { get; }

    /// <summary>Extended attributes, full names.</summary>
    public virtual IReadOnlyList<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> Xattrs => [];

    /// <summary>Where a symbolic link leads.</summary>
    public virtual ReadOnlyMemory<byte> LinkTarget => default;

    /// <summary>What a directory holds, without <c>.</c> and <c>..</c>; the same order each time.</summary>
    /// <exception cref="MigException">What it holds cannot be read.</exception>
    public virtual IReadOnlyList<(ReadOnlyMemory<byte> Name, MountedNode Node)> List() => [];

    /// <summary>Finds a name in a directory; null when it is not there.</summary>
    /// <exception cref="MigException">What it holds cannot be read.</exception>
    public virtual MountedNode? Find(ReadOnlySpan<byte> name)
    {
        foreach ((ReadOnlyMemory<byte> each, MountedNode node) in List())
        {
            if (each.Span.SequenceEqual(name))
                return node;
        }

        return null;
    }

    /// <summary>Whether the file can be written; then <see cref="Open"/> returns an <see cref="IByteTarget"/>.</summary>
    public virtual bool IsWritable => false;

    /// <summary>Opens a file's content. Dispose it when the file is closed.</summary>
    /// <exception cref="MigException">It cannot be read.</exception>
    public virtual IByteSource Open() => throw new InvalidOperationException("this node has no content");
}
