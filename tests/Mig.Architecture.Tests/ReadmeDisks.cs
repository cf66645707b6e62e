namespace Mig.Architecture.Tests;

/// <summary>The disks that README.md names: a small Linux, and the same with another web server.</summary>
internal static class ReadmeDisks
{
    private const string Time = "2026-09-21 14:13:20 UTC";

    /// <summary>Makes <c>disk.vmdk</c> and <c>changed.vmdk</c> in a folder.</summary>
    public static void Make(string folder)
    {
        string tree = Path.Combine(folder, "tree");
        Write(tree, "etc/hostname", "golden\n");
        Write(tree, "etc/os-release", "PRETTY_NAME=\"Example Linux 1\"\nID=example\n");
        Write(tree, "etc/nginx.conf", "worker_processes 1;\n");
        Write(tree, "etc/fstab", "LABEL=root / ext4 defaults 0 1\n");
        var random = new Random(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] program = new byte[20_000 + random.Next(200_000)];
            random.NextBytes(program.AsSpan(0, program.Length / 2));
            Write(tree, $"usr/bin/program-{i}", program);
        }

        byte[] library = new byte[3_000_000];
        random.NextBytes(library);
        library.AsSpan(1_000_000, 400_000).Clear(); // becomes a hole of the list
        Write(tree, "usr/lib/libexample.so.1", library);
        Shell.Run(folder, $"find tree -exec touch --no-dereference --date '{Time}' {{}} + && chmod -R u=rwX,go=rX tree");
        Shell.Run(folder,
            "truncate -s 65M disk.raw && printf 'label: dos\\nlabel-id: 0x4d494721\\nstart=2048, type=83, bootable\\n' | sfdisk -q "
                + "disk.raw");
        Shell.Run(folder,
            "mkfs.ext4 -q -L root -U 6d696721-0000-4000-8000-000000000001 -d tree -E "
            + "offset=1048576,root_owner=0:0,hash_seed=6d696721-0000-4000-8000-000000000002 disk.raw 64M");
        Shell.Run(folder, "qemu-img convert -O vmdk disk.raw disk.vmdk");
        Write(folder, "nginx.conf", "worker_processes 8;\n");
        Shell.Run(folder,
            "printf 'rm /etc/nginx.conf\\nwrite nginx.conf /etc/nginx.conf\\n' | debugfs -w -f - 'disk.raw?offset=1048576' && qemu-img "
            + "convert -O vmdk disk.raw changed.vmdk");
        Shell.Run(folder, "rm -r tree disk.raw nginx.conf");
    }

    private static void Write(string folder, string path, string text) => Write(folder, path, System.Text.Encoding.UTF8.GetBytes(text));

    private static void Write(string folder, string path, byte[] bytes)
    {
        string full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }
}
