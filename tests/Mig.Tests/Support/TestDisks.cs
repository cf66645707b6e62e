using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.Tests.Support;

/// <summary>Makes disks with the tools that people make disks with.</summary>
internal static class TestDisks
{
    /// <summary>Every variant of ext that <c>mke2fs</c> makes, and whether mig looks into it.</summary>
    public static readonly (string Options, string Size)[] FileSystems =
    [
        ("-t ext2 -b 1024", "8M"),
        ("-t ext2 -b 2048 -O ^dir_index,^filetype,^sparse_super,^resize_inode -I 128", "8M"),
        ("-t ext2 -b 4096 -r 0 -O none", "8M"),
        ("-t ext3 -b 1024", "16M"),
        ("-t ext3 -b 4096 -I 128", "24M"),
        ("-t ext4 -b 1024", "16M"),
        ("-t ext4 -b 2048 -O ^64bit", "16M"),
        ("-t ext4 -b 4096", "24M"),
        ("-t ext4 -b 4096 -O ^has_journal", "8M"),
        ("-t ext4 -b 1024 -O ^extents,^64bit", "16M"),
        ("-t ext4 -b 4096 -O ^metadata_csum,uninit_bg", "24M"),
        ("-t ext4 -b 1024 -g 1024 -O meta_bg,^resize_inode", "16M"),
        ("-t ext4 -b 1024 -O ^flex_bg", "16M"),
        ("-t ext4 -b 4096 -O bigalloc -C 65536", "32M"),
        ("-t ext4 -b 1024 -O sparse_super2", "16M"),
        ("-t ext4 -b 4096 -O inline_data", "24M"),
        ("-t ext4 -b 1024 -O ea_inode,inline_data,large_dir", "16M"),
        ("-t ext4 -b 4096 -O orphan_file,metadata_csum_seed,mmp,encrypt,fast_commit,stable_inodes,verity,casefold", "24M"),
        ("-t ext4 -b 4096 -O ^huge_file,^dir_nlink,^extra_isize -I 512", "24M"),
        ("-t ext4 -b 4096 -L a-label -U 01234567-89ab-cdef-0123-456789abcdef -m 20", "24M"),
    ];

    /// <summary>Every type of FAT, with clusters small and large.</summary>
    public static readonly (string Options, int Kibibytes)[] Fats =
    [
        ("-F 12 -s 1", 2000),
        ("-F 12 -s 8 -f 1 -r 64", 8192),
        ("-F 16 -s 4", 16384),
        ("-F 16 -s 1 -S 2048 -f 2", 16384),
        ("-F 32 -s 1", 36000),
        ("-F 32 -s 2 -f 1 -R 64", 70000),
    ];

    /// <summary>A folder of files that compress, files that do not, small and large ones, holes, links.</summary>
    public static string Sources(TestFolder files)
    {
        string folder = files["sources"];
        if (Directory.Exists(folder))
            return folder;
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        Directory.CreateDirectory(Path.Combine(folder, "usr/share/doc"));
        File.WriteAllText(Path.Combine(folder, "etc/os-release"), "NAME=test\n");
        for (int i = 0; i < 60; i++)
            File.WriteAllBytes(Path.Combine(folder, $"usr/share/doc/file{i}.txt"), MixedBytes.Make(i * 173, i));
        File.WriteAllBytes(Path.Combine(folder, "usr/large"), MixedBytes.Make(2_345_678, 100));
        File.WriteAllBytes(Path.Combine(folder, "usr/exact"), MixedBytes.Make(1 << 20, 101));
        File.WriteAllBytes(Path.Combine(folder, "usr/above"), MixedBytes.Make((1 << 20) + 1, 102));
        using (FileStream sparse = File.Create(Path.Combine(folder, "usr/sparse")))
        {
            sparse.Position = 3 << 20;
            sparse.Write("in the middle"u8);
            sparse.SetLength((5 << 20) + 7);
        }

        File.CreateSymbolicLink(Path.Combine(folder, "etc/link"), "os-release");
        Tool.Run("ln", Path.Combine(folder, "etc/os-release"), Path.Combine(folder, "usr/second-name"));
        return folder;
    }

    /// <summary>Makes a file system with files in it.</summary>
    public static string FileSystem(TestFolder files, string name, string options, string size)
    {
        Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), "-d", Sources(files), files[name], size]);
        return files[name];
    }

    /// <summary>Makes a FAT volume with files in it, as an EFI system partition has them.</summary>
    public static string Fat(TestFolder files, string name, string options, int kibibytes)
    {
        const string Fill =
            "mmd c:/EFI c:/EFI/BOOT 'c:/EFI/a vendor'; mcopy -m usr/exact c:/EFI/BOOT/BOOTX64.EFI; mcopy -m usr/share/doc/* 'c:/EFI/a "
            + "vendor'; mcopy etc/os-release c:; mattrib +h +s c:/os-release";
        FatTools.Make(files[name], kibibytes, options, "cd \"$1\"; " + Fill, Sources(files));
        return files[name];
    }

    /// <summary>A file system that the kernel wrote in small steps, until files lay in many pieces and much was deleted.</summary>
    public static string Fragmented(TestFolder files, string name, string options = "-t ext4 -b 1024", string mountOptions = "defaults")
    {
        Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), files[name], "24M"]);
        using var mount = new LoopMount(files[name], mountOptions);
        for (int i = 0; i < 400; i++)
            File.WriteAllBytes(Path.Combine(mount.Path, $"f{i:d3}"), MixedBytes.Make(3000 + (i * 41), i));
        Tool.Run("sync", "-f", mount.Path);
        for (int i = 0; i < 400; i += 2)
            File.Delete(Path.Combine(mount.Path, $"f{i:d3}"));
        Tool.Run("sync", "-f", mount.Path);
        File.WriteAllBytes(Path.Combine(mount.Path, "pieces"), MixedBytes.Make(3_000_000, 7));
        using (FileStream file = File.OpenWrite(Path.Combine(mount.Path, "f001")))
        {
            file.Position = 900_000;
            file.Write("after a hole"u8);
        }

        return files[name];
    }

    /// <summary>Puts file systems into the partitions of a disk.</summary>
    /// <param name="partitions">Offset in bytes and image of each.</param>
    public static void Insert(string disk, params (long Offset, string Image)[] partitions)
    {
        foreach ((long offset, string image) in partitions)
            Tool.Run("dd", $"if={image}", $"of={disk}", "bs=4096", $"seek={offset}", "oflag=seek_bytes", "conv=notrunc,sparse",
                "status=none");
    }

    /// <summary>A GPT disk of two ext4 partitions.</summary>
    public static string Gpt(TestFolder files, string name)
    {
        string boot = FileSystem(files, name + ".boot", "-t ext2 -b 1024", "8M"),
            root = FileSystem(files, name + ".root", "-t ext4 -b 4096", "24M");
        string disk = files.Sparse(name, 40 << 20);
        Tool.Run("sgdisk", "-n", "1:2048:+8M", "-t", "1:8300", "-c", "1:boot", "-n", "2:0:+24M", "-c", "2:root", disk);
        Insert(disk, (1 << 20, boot), (9 << 20, root));
        return disk;
    }

    /// <summary>A GPT disk with an EFI system partition and an ext4 behind it, as UEFI machines have them.</summary>
    public static string Efi(TestFolder files, string name)
    {
        string efi = Fat(files, name + ".efi", "-F 32 -s 1 -n EFI", 36 << 10),
            root = FileSystem(files, name + ".root", "-t ext4 -b 4096", "24M");
        string disk = files.Sparse(name, 64 << 20);
        Tool.Run("sgdisk", "-n", "1:2048:+36M", "-t", "1:EF00", "-c", "1:EFI", "-n", "2:0:+24M", "-c", "2:root", disk);
        Insert(disk, (1 << 20, efi), (37 << 20, root));
        return disk;
    }

    /// <summary>Takes a partition's bytes out of a disk.</summary>
    /// <returns>The path of a file of their own.</returns>
    public static string Extract(string disk, long offset, long length)
    {
        string volume = $"{disk}.{offset}";
        Tool.Run("dd", $"if={disk}", $"of={volume}", "bs=1M", $"skip={offset}", $"count={length}", "iflag=skip_bytes,count_bytes",
            "conv=sparse", "status=none");
        return volume;
    }
}
