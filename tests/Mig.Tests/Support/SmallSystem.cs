using Mig.Testing;

namespace Mig.Tests.Support;

/// <summary>A system that is just large enough to run commands: busybox with the libraries it needs, and an fstab.</summary>
internal static class SmallSystem
{
    private const string Make = """
        mkdir -p "$1"/bin "$1"/etc "$1"/usr/sbin "$1"/usr/bin "$1"/lib "$1"/root "$1"/run "$1"/tmp "$1"/proc "$1"/sys "$1"/dev "$1"/var "$1"/data
        busybox=$(command -v busybox); cp "$busybox" "$1/bin/busybox"
        ldd "$busybox" 2>/dev/null | grep -o '/[^ )]*' | while read -r library; do mkdir -p "$1$(dirname "$library")"; cp -L "$library" "$1$library"; done
        for name in $("$busybox" --list); do [ "$name" = busybox ] || ln -sf busybox "$1/bin/$name"; done
        printf 'ID=small\n' > "$1/etc/os-release"; echo root:x:0:0::/root:/bin/sh > "$1/etc/passwd"
        """;

    /// <summary>Fills a folder, and returns it.</summary>
    public static string In(string folder)
    {
        Directory.CreateDirectory(folder);
        Tool.RunScript(Make, folder);
        return folder;
    }

    /// <summary>Makes a disk without partitions that holds it.</summary>
    /// <param name="type">ext4, xfs or btrfs.</param>
    public static string Disk(TestFolder files, string name, string type, Action<string>? change = null)
    {
        string root = In(files[name + ".tree"]);
        change?.Invoke(root);
        switch (type)
        {
            case "ext4":
                Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", root, files.Sparse(name, 32 << 20));
                break;
            case "btrfs":
                Tool.Run("mkfs.btrfs", "-q", "--rootdir", root, files.Sparse(name, 128 << 20));
                break;
            default:
                Tool.Run("mkfs.xfs", "-q", files.Sparse(name, 320 << 20));
                using (Mount mount = Mount.Image(files[name]))
                    Tool.RunScript("cp -a \"$1\"/. \"$2\"/", root, mount.Path);
                break;
        }

        return files[name];
    }
}
