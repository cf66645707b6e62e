using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>Makes random changes through a writer; those that a file system refuses change nothing.</summary>
internal sealed class RandomEdits(Random random)
{
    private const long FirstTime = 315_532_800; // 1980, where time begins for FAT

    private static readonly string[] Names = ["a", "b", "c", "dir", "file.txt", "large.bin", "x", "zz"];

    /// <summary>Changes that were made.</summary>
    public int Done { get; private set; }

    /// <summary>Changes that were refused.</summary>
    public int Refused { get; private set; }

    public void Make(IFileSystemWriter writer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            try
            {
                MakeOne(writer);
                Done++;
            }
            catch (MigException e) when (e is RefusedOperationException or NotFoundException)
            {
                Refused++;
            }
        }
    }

    private void MakeOne(IFileSystemWriter writer)
    {
        bool isFat = IsFat(writer);
        List<string> paths = List(writer);
        string any = paths[random.Next(paths.Count)], other = paths[random.Next(paths.Count)], fresh = NewPath(writer, paths);
        if (isFat && random.Next(4) == 0)
            any = OtherCase(any);
        switch (random.Next(18))
        {
            case 0 or 1 or 2:
                writer.CreateFile(Bytes(fresh), Metadata(writer, NodeType.File), Content());
                break;
            case 3:
                writer.ReplaceContent(Bytes(any), Content());
                break;
            case 4:
                writer.Append(Bytes(any), Content());
                break;
            case 5:
                writer.SetLength(Bytes(any), random.Next(200_000));
                break;
            case 6:
                writer.Remove(Bytes(any));
                break;
            case 7:
                writer.CreateDirectory(Bytes(fresh), Metadata(writer, NodeType.Directory));
                break;
            case 8:
                writer.RemoveDirectory(Bytes(any));
                break;
            case 9:
                writer.Rename(Bytes(any), Bytes(fresh));
                break;
            case 10:
                writer.Rename(Bytes(any), Bytes(other));
                break;
            case 11:
                writer.CreateHardLink(Bytes(any), Bytes(fresh));
                break;
            case 12:
                writer.CreateSymbolicLink(Bytes(fresh), Bytes(other), Metadata(writer, NodeType.SymbolicLink));
                break;
            case 13:
                writer.SetMode(Bytes(any), Metadata(writer, writer.Find(Bytes(any))!.Type).Mode);
                break;
            case 14:
                writer.SetOwner(Bytes(any), (uint)random.Next(3000), (uint)random.Next(100_000));
                break;
            case 15:
                writer.SetTimes(Bytes(any), new Timestamp(FirstTime + random.Next(), 0));
                break;
            case 16:
                writer.Rename(Bytes(any), Bytes(OtherCase(any)));
                break;
            case 17 when isFat:
                writer.SetExtendedAttribute(Bytes(any), "system.ntfs_attrib"u8, [(byte)random.Next(0x40), 0, 0, 0]);
                break;
            default:
                writer.SetExtendedAttribute(Bytes(any), Bytes("user." + Names[random.Next(Names.Length)]),
                    MixedBytes.Make(random.Next(100), random.Next()));
                break;
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static bool IsFat(IFileSystemWriter writer)
    {
        using IFileSystem fileSystem = writer.Read();
        return fileSystem.Info.Type.StartsWith("fat", StringComparison.Ordinal);
    }

    // The last name with small letters where there were large ones, and the other way round.
    private static string OtherCase(string path) =>
        string.Concat(path.Select((letter, i) =>
            i <= path.LastIndexOf('/') ? letter : char.IsLower(letter) ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter)));

    private NodeMetadata Metadata(IFileSystemWriter writer, NodeType type) =>
        writer.Fit(type, new NodeMetadata(random.Next(0x1000), (uint)random.Next(2000), (uint)random.Next(2000)));

    private MemorySource Content() =>
        new(MixedBytes.Make(random.Next(10) == 0 ? random.Next(2_500_000) : random.Next(20_000), random.Next()));

    // In a directory that is there, at times by way of a link or of "..".
    private string NewPath(IFileSystemWriter writer, List<string> paths)
    {
        List<string> directories = [.. paths.Where(path =>
            writer.Find(Bytes(path)) is { Type: NodeType.Directory or NodeType.SymbolicLink })];
        string directory = directories[random.Next(directories.Count)];
        string detour = random.Next(8) == 0 ? "/../" + Path.GetFileName(directory) : "";
        return $"{directory}{detour}/{Names[random.Next(Names.Length)]}{random.Next(40)}";
    }

    private static List<string> List(IFileSystemWriter writer)
    {
        using IFileSystem fileSystem = writer.Read();
        var paths = new List<string> { "" };
        var pending = new Stack<(long Node, string Path)>([(fileSystem.RootNode, "")]);
        while (pending.TryPop(out (long Node, string Path) directory))
        {
            foreach (DirectoryEntry entry in fileSystem.ReadDirectory(directory.Node))
            {
                string path = $"{directory.Path}/{Encoding.UTF8.GetString(entry.Name.Span)}";
                paths.Add(path);
                if (fileSystem.GetNode(entry.Node).Type == NodeType.Directory)
                    pending.Push((entry.Node, path));
            }
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }
}
