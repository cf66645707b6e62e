using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>The kinds of file system that the writer is tried on.</summary>
internal static class ExtVariants
{
    // Made by the kernel: every second of many small files gone, so that free space is in pieces; an index, attributes, links.
    private const string FillScript = """
        cd "$1"; maybe() { "$@" 2>/dev/null || true; }
        mkdir scattered indexed; n=$2
        for i in $(seq 1 $n); do head -c 3000 /dev/urandom > scattered/$i 2>/dev/null || break; done
        [ $3 = 0 ] || maybe eval 'head -c 200M /dev/zero > filler'; rm -f scattered/*[02468]; sync
        maybe eval 'head -c 100000 /dev/urandom > in-pieces'; touch indexed/a-name-that-takes-some-room-{1..250} 2>/dev/null || true
        for i in 1 2 3 4 5; do maybe setfattr -n user.shared -v "$(printf 'v%.0s' $(seq 300))" scattered/$((i * 2 + 1)); done; maybe setfattr -n user.small -v x in-pieces
        maybe fallocate -k -l 40000 scattered/1; maybe fallocate -p -o 8192 -l 30000 in-pieces; maybe ln in-pieces indexed/again; maybe ln -s "$(printf 'x%.0s' $(seq 100))" slow
        maybe eval 'echo tiny > tiny'; maybe mkdir little; maybe touch little/a little/b
        """;

    public static (string Options, string Size)[] All { get; } =
    [
        ("-t ext4 -b 4096", "16M"),
        ("-t ext4 -b 1024", "8M"),
        ("-t ext2 -b 1024", "8M"),
        ("-t ext2 -b 4096 -O ^dir_index,^filetype,^sparse_super,^resize_inode -I 128", "16M"),
        ("-t ext3 -b 1024", "10M"),
        ("-t ext4 -b 1024 -O ^extents,^64bit -g 2048", "12M"),
        ("-t ext4 -b 1024 -g 1024 -O ^metadata_csum,uninit_bg,^has_journal", "16M"),
        ("-t ext4 -b 2048 -O ^metadata_csum,^64bit,^flex_bg", "16M"),
        ("-t ext4 -b 1024 -g 1024 -O meta_bg,^resize_inode", "16M"),
        ("-t ext4 -b 4096 -O bigalloc -C 16384", "32M"),
        ("-t ext4 -b 1024 -O bigalloc,^has_journal -C 8192 -N 512", "16M"),
        ("-t ext4 -b 1024 -O sparse_super2,large_dir", "10M"),
        ("-t ext4 -b 4096 -O inline_data", "16M"),
        ("-t ext4 -b 1024 -O inline_data,^metadata_csum,^has_journal -I 1024", "8M"),
        ("-t ext4 -b 4096 -O ea_inode", "16M"),
        ("-t ext4 -b 1024 -O ea_inode,inline_data", "10M"),
        ("-t ext4 -b 1024 -O ^dir_index", "8M"),
        ("-t ext4 -b 4096 -O ^huge_file,^dir_nlink,^extra_isize", "16M"),
        ("-t ext4 -b 4096 -O orphan_file,metadata_csum_seed,encrypt,stable_inodes,verity", "16M"),
        ("-t ext4 -b 1024 -O ^has_journal -I 512 -N 96", "6M"),
        ("-t ext4 -b 65536 -O large_dir,project", "64M"),
        ("-t ext4 -b 4096 -I 4096 -N 1000 -O inline_data", "16M"),
        ("-t ext4 -b 1024 -O ^has_journal,^resize_inode -N 256", "1M"),
    ];

    /// <summary>Tells whether the kernel of the host is likely to mount such an image: blocks larger than its pages are new.</summary>
    public static bool CanMount(string options) => !options.Contains("65536", StringComparison.Ordinal);

    /// <summary>Makes an image.</summary>
    /// <param name="hash">The hash of directories, as <c>tune2fs</c> names it.</param>
    /// <param name="isFilled">Whether the kernel fills it first.</param>
    /// <param name="isFull">Whether it then leaves nothing free but what lies scattered.</param>
    public static void Make(string image, string options, string size, string hash, bool isFilled, bool isFull)
    {
        File.Delete(image);
        ExtImages.Make(image, size, options + " -E lazy_itable_init=1");
        Tool.Read("tune2fs", "-E", $"hash_alg={hash}", image);
        if (!isFilled)
            return;
        if (!CanMount(options))
        {
            string folder = image + ".folder";
            Tool.Read("rm", "-rf", folder); // an earlier round's
            Directory.CreateDirectory(folder);
            Tool.RunScript(FillScript, folder, "150", "0");
            File.Delete(image);
            ExtImages.MakeFromFolder(image, size, options, folder);
            return;
        }

        using var mount = new LoopMount(image, "defaults");
        Tool.RunScript(FillScript, mount.Path, size == "1M" ? "60" : "150", isFull ? "1" : "0");
    }
}
