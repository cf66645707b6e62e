using Mig.Core;
using Mig.FileSystems;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>FAT12, FAT16 and FAT32: what a commit asks of them, then a dozen changes.</summary>
internal sealed class FatTarget : FuzzTarget
{
    private const int MaxNodes = 2000;

    private static readonly byte[][] Paths = ["/LARGE"u8.ToArray(), "/folder"u8.ToArray(), "/folder/a long name 7"u8.ToArray(), "/folder/deeper"u8.ToArray(), "/EMPTY"u8.ToArray()];

    public override string Name => "fat";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    public override void Run(byte[] input)
    {
        using (var volume = new MemorySource(input))
            Read(volume);
        using var target = new InputTarget([.. input]);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, TimeProvider.System);
        if (writer is null)
            return;
        var random = new Random(input.Length);
        for (int i = 0; i < 12; i++)
        {
            try
            {
                Change(writer, Paths[random.Next(Paths.Length)], random);
            }
            catch (MigException)
            {
                // The next one may well work.
            }
        }

        writer.Commit();
    }

    private static void Read(MemorySource volume)
    {
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

                continue;
            }

            long end = 0;
            foreach (FileExtent extent in fileSystem.GetExtents(number))
            {
                if (extent.FileOffset != end || extent.Length <= 0 || extent.VolumeOffset > volume.Length - extent.Length)
                    throw new InvalidOperationException($"{extent} after {end} of a file of {node.Size} bytes on {volume.Length}");
                end = extent.FileOffset + extent.Length;
                fileSystem.ReadContent(number, extent.FileOffset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.Length)));
            }

            if (end != node.Size)
                throw new InvalidOperationException($"extents end at {end} of {node.Size} bytes");
        }

        long last = 0;
        foreach (ByteRange range in fileSystem.GetFreeRanges())
        {
            if (range.Offset < last || range.Length <= 0 || range.End > volume.Length)
                throw new InvalidOperationException($"free range {range} after {last} of {volume.Length}");
            last = range.End;
        }
    }

    private static void Change(IFileSystemWriter writer, byte[] path, Random random)
    {
        var content = new MemorySource(new byte[random.Next(20_000)]);
        var metadata = new NodeMetadata(0x1ED);
        switch (random.Next(8))
        {
            case 0:
                writer.Remove(path);
                break;
            case 1:
                writer.CreateFile([.. path, (byte)'x'], metadata, content);
                break;
            case 2:
                writer.CreateDirectory([.. path, (byte)'y'], metadata);
                break;
            case 3:
                writer.Append(path, content);
                break;
            case 4:
                writer.SetLength(path, random.Next(60_000));
                break;
            case 5:
                writer.Rename(path, "/folder/moved to another name"u8);
                break;
            case 6:
                writer.ReplaceContent(path, content);
                break;
            default:
                writer.RemoveDirectory(path);
                break;
        }
    }

    private static byte[][] Make()
    {
        using var folder = new TestFolder();
        folder.Write("small", MixedBytes.Make(300, 1));
        folder.Write("large", MixedBytes.Make(40_000, 2));
        folder.Write("empty", "");
        var seeds = new List<byte[]>();
        foreach (string options in (string[])["-F 12 -s 1 -r 32", "-F 12 -s 8", "-F 16 -s 1 -r 64", "-F 32 -s 1"])
        {
            string image = folder[$"image{seeds.Count}"];
            Tool.Run("mkfs.fat", [.. options.Split(' '), "-C", image, options.StartsWith("-F 16", StringComparison.Ordinal) ? "2200" : "300"]);
            if (options.StartsWith("-F 32", StringComparison.Ordinal))
            {
                seeds.Add(File.ReadAllBytes(image)); // so small that mtools would take it for another type
                continue;
            }

            Tool.Run("mmd", "-i", image, "::folder", "::folder/deeper");
            Tool.Run("mcopy", "-i", image, folder["large"], "::LARGE");
            Tool.Run("mcopy", "-i", image, folder["empty"], "::EMPTY");
            for (int i = 0; i < 20; i++)
                Tool.Run("mcopy", "-i", image, folder["small"], $"::folder/a long name {i}");
            seeds.Add(File.ReadAllBytes(image));
        }

        return [.. seeds];
    }
}
