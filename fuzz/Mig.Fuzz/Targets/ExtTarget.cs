using Mig.Core;
using Mig.FileSystems;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>ext2, 3 and 4: everything that a commit asks of a file system.</summary>
internal sealed class ExtTarget : FuzzTarget
{
    private const int MaxNodes = 2000;

    public override string Name => "ext";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    public override void Run(byte[] input)
    {
        using var volume = new MemorySource(input);
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume, Limits.Default);
        if (fileSystem is null)
            return;
        byte[] buffer = new byte[4096];
        var seen = new HashSet<long>();
        var pending = new Stack<long>([fileSystem.RootNode]);
        while (pending.TryPop(out long number) && seen.Count < MaxNodes)
        {
            if (!seen.Add(number))
                continue;
            FileNode node = fileSystem.GetNode(number);
            if (node.Type == NodeType.Directory)
            {
                foreach (DirectoryEntry entry in fileSystem.ReadDirectory(number))
                {
                    if (entry.Name.Length == 0 || entry.Name.Span.Contains((byte)'/') || entry.Name.Span.Contains((byte)0))
                        throw new InvalidOperationException($"directory {number} has a name that no path can have");
                    pending.Push(entry.Node);
                }
            }
            else if (node.Type == NodeType.File)
            {
                ReadContent(fileSystem, volume, node, buffer);
            }
        }

        long end = 0;
        foreach (ByteRange range in fileSystem.GetFreeRanges())
        {
            if (range.Offset < end || range.Length <= 0 || range.End > volume.Length)
                throw new InvalidOperationException($"free range {range} after {end} of {volume.Length}");
            end = range.End;
        }
    }

    private static void ReadContent(IFileSystem fileSystem, MemorySource volume, FileNode node, byte[] buffer)
    {
        long end = 0;
        foreach (FileExtent extent in fileSystem.GetExtents(node.Number))
        {
            if (extent.FileOffset < end || extent.Length <= 0 || extent.FileOffset + extent.Length > node.Size || (extent.IsOnVolume && extent.VolumeOffset > volume.Length - extent.Length))
                throw new InvalidOperationException($"{extent} after {end} of a file of {node.Size} bytes on {volume.Length}");
            end = extent.FileOffset + extent.Length;
            fileSystem.ReadContent(node.Number, extent.FileOffset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.Length)));
        }
    }

    /// <summary>Makes small file systems of several kinds.</summary>
    internal static byte[][] Make()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["sources/folder/deeper"]);
        for (int i = 0; i < 30; i++)
            File.WriteAllBytes(folder[$"sources/folder/file{i}"], MixedBytes.Make(i * 97, i));
        folder.Write("sources/large", MixedBytes.Make(40_000, 2));
        using (FileStream sparse = File.Create(folder["sources/folder/sparse"]))
        {
            sparse.Position = 20_000;
            sparse.WriteByte(1);
        }

        File.CreateSymbolicLink(folder["sources/link"], "folder/file1");
        File.CreateSymbolicLink(folder["sources/long-link"], new string('x', 200));
        Tool.Run("setfattr", "-n", "user.name", "-v", "value", folder["sources/large"]);
        var seeds = new List<byte[]>();
        foreach (string options in (string[])
            [
                "-t ext2 -b 1024 -N 64",
                "-t ext4 -b 1024 -N 64 -O ^has_journal,^metadata_csum,^resize_inode",
                "-t ext4 -b 1024 -N 64 -O ^has_journal,^metadata_csum,inline_data,meta_bg,^resize_inode",
                "-t ext4 -b 1024 -N 64 -O ^has_journal,^metadata_csum,bigalloc,^resize_inode -C 4096",
                "-t ext4 -b 1024 -N 64 -O ^has_journal",
            ])
        {
            Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), "-d", folder["sources"], folder["image"], "300K"]);
            seeds.Add(File.ReadAllBytes(folder["image"]));
            File.Delete(folder["image"]);
        }

        return [.. seeds];
    }
}
