using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>ext2, 3 and 4.</summary>
internal sealed class ExtTarget : FileSystemTarget
{
    public override string Name => "ext";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

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
