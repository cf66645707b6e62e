using System.Buffers;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests;

/// <summary>Reads a tree through <see cref="IFileSystem"/>, content by extents, as a commit does.</summary>
internal static class VolumeTree
{
    /// <summary>Reads everything below the root.</summary>
    /// <param name="attributeMask">Which flags to compare; 0 for none.</param>
    public static IReadOnlyList<TreeEntry> Read(IFileSystem fileSystem, IByteSource volume, uint attributeMask)
    {
        var entries = new List<(TreeEntry, ulong)>();
        Walk(fileSystem, volume, fileSystem.RootNode, [], attributeMask, entries);
        return TreeEntry.Finish(entries);
    }

    public static IReadOnlyList<TreeEntry> Read(string image, uint attributeMask)
    {
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return Read(fileSystem, volume, attributeMask);
    }

    /// <summary>Hashes content from its extents, and checks that <see cref="IFileSystem.ReadContent"/> gives the same.</summary>
    public static string Hash(IFileSystem fileSystem, IByteSource volume, FileNode node)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        byte[] again = ArrayPool<byte>.Shared.Rent(1 << 18);
        long position = 0;
        foreach (FileExtent extent in fileSystem.GetExtents(node.Number))
        {
            Assert.True(extent.FileOffset >= position && extent.Length > 0 && extent.FileOffset + extent.Length <= node.Size,
                $"{extent} of {node.Size} bytes after {position}");
            AppendZeros(extent.FileOffset - position);
            for (long done = 0; done < extent.Length;)
            {
                int count = (int)Math.Min(buffer.Length, extent.Length - done);
                fileSystem.ReadContent(node.Number, extent.FileOffset + done, buffer.AsSpan(0, count));
                if (extent.IsOnVolume)
                {
                    volume.ReadExactly(extent.VolumeOffset + done, again.AsSpan(0, count));
                    Assert.True(buffer.AsSpan(0, count).SequenceEqual(again.AsSpan(0, count)), $"{extent} reads otherwise from the volume");
                }

                hash.AppendData(buffer, 0, count);
                done += count;
            }

            position = extent.FileOffset + extent.Length;
        }

        AppendZeros(node.Size - position);
        ArrayPool<byte>.Shared.Return(buffer);
        ArrayPool<byte>.Shared.Return(again);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void AppendZeros(long count)
        {
            if (count > 0)
                Array.Clear(buffer);
            for (; count > 0; count -= buffer.Length)
                hash.AppendData(buffer, 0, (int)Math.Min(buffer.Length, count));
        }
    }

    private static void Walk(IFileSystem fileSystem, IByteSource volume, long directory, byte[] path, uint attributeMask,
        List<(TreeEntry Entry, ulong Node)> entries)
    {
        foreach (DirectoryEntry entry in fileSystem.ReadDirectory(directory))
        {
            byte[] childPath = [.. path, (byte)'/', .. entry.Name.Span];
            FileNode node = fileSystem.GetNode(entry.Node);
            entries.Add((Describe(fileSystem, volume, node, childPath, attributeMask), (ulong)node.Number));
            if (node.Type == NodeType.Directory)
                Walk(fileSystem, volume, node.Number, childPath, attributeMask, entries);
        }
    }

    private static TreeEntry Describe(IFileSystem fileSystem, IByteSource volume, FileNode node, byte[] path, uint attributeMask) => new()
    {
        Path = TreeEntry.Escape(path),
        Type = "-dlcbps"[(int)node.Type],
        Mode = node.Mode,
        Uid = node.Uid,
        Gid = node.Gid,
        Size = node.Size,
        ModifiedTime = Format(node.ModifiedTime),
        ChangedTime = Format(node.ChangedTime),
        Device = node.Type is NodeType.BlockDevice or NodeType.CharacterDevice ? $"{node.DeviceMajor}:{node.DeviceMinor}" : "",
        Target = TreeEntry.Escape(node.LinkTarget.Span),
        Xattrs = TreeEntry.Describe(node.Xattrs.Select(static xattr => (xattr.Name, xattr.Value))),
        Attributes = node.Type is NodeType.File or NodeType.Directory ? node.Attributes & attributeMask : 0,
        LinkCount = node.Type == NodeType.Directory ? 0 : node.LinkCount,
        Sha256 = node.Type == NodeType.File ? Hash(fileSystem, volume, node) : "",
    };

    private static string Format(Timestamp time) => $"{time.Seconds}.{time.Nanoseconds:d9}";
}
