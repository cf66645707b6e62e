using Mig.Testing;

namespace Mig.Cli.Tests.Support;

/// <summary>Small real disks, made once by the tools of the system.</summary>
internal static class SampleDisks
{
    private const string Script = """
        set -eu
        cd "$1"
        mkdir -p tree/etc tree/usr/bin tree/srv
        echo web01 > tree/etc/hostname
        echo 'NAME="Debian GNU/Linux"' > tree/etc/os-release
        ln -s ../usr/bin tree/etc/link
        printf x > "$(printf 'tree/srv/a\nb')"
        printf y > "$(printf 'tree/srv/esc\033[31m')"
        printf z > "$(printf 'tree/srv/bad\377')"
        printf q > 'tree/srv/quo"te'
        printf s > 'tree/srv/sp ace'
        printf u > 'tree/srv/grün'
        mkfifo tree/srv/pipe
        yes 'a large file' | head -c 3000000 > tree/usr/bin/large
        printf '\177ELF\000\001\377' > tree/usr/bin/tool
        chmod 644 tree/etc/* tree/srv/*
        chmod 755 tree tree/* tree/usr/bin
        chmod 4755 tree/usr/bin/tool
        touch -h -d '2026-01-31 12:34:56 UTC' tree/etc/* tree/srv/* tree/usr/bin/* tree/etc tree/srv tree/usr/bin tree/usr

        # All are made in the same second, however slow this machine is.
        export E2FSPROGS_FAKE_TIME=1769862896

        # A bare file system, in two versions.
        mke2fs -q -t ext4 -L root -d tree -E hash_seed=00000000-0000-4000-8000-000000000001 -U 00000000-0000-4000-8000-000000000002 one.raw 16M
        echo web02 > tree/etc/hostname
        touch -d '2026-02-01 00:00:00 UTC' tree/etc/hostname
        mke2fs -q -t ext4 -L root -d tree -E hash_seed=00000000-0000-4000-8000-000000000001 -U 00000000-0000-4000-8000-000000000002 two.raw 16M

        # A partitioned disk: a file system that mig reads, and bytes that are none.
        truncate -s 24M parts.raw
        printf 'label: gpt\nlabel-id: 00000000-0000-4000-8000-000000000003\nstart=2048, size=32768, name=system\nstart=34816, size=4096, name=mystery\n' | sfdisk -q parts.raw
        dd if=one.raw of=parts.raw bs=1M seek=1 conv=notrunc,sparse status=none
        yes mystery | head -c 100000 | dd of=parts.raw bs=512 seek=34816 conv=notrunc status=none

        # Another disk of the same machine.
        mke2fs -q -t ext2 -L data -d tree/srv -U 00000000-0000-4000-8000-000000000004 data.raw 4M

        # .NET cannot delete names that are not UTF-8.
        rm -r tree

        # A small server with packages, in two versions.
        mkdir -p server/etc/ssh server/etc/systemd/system/multi-user.target.wants server/usr/sbin server/usr/lib/modules/6.1.0-18-amd64 server/var/lib/dpkg/info server/srv/app/node_modules/left-pad
        printf 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' > server/etc/os-release
        printf 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n' > server/etc/passwd
        echo 'Port 2222' > server/etc/ssh/sshd_config
        echo sshd > server/usr/sbin/sshd
        touch server/usr/lib/modules/6.1.0-18-amd64/modules.dep
        mkdir -p server/usr/lib/systemd/system
        printf '[Service]\nExecStart=/usr/sbin/sshd -D\n' > server/usr/lib/systemd/system/ssh.service
        ln -s usr/lib server/lib
        ln -s /usr/lib/systemd/system/ssh.service server/etc/systemd/system/multi-user.target.wants/ssh.service
        echo '{"name":"left-pad","version":"1.3.0","license":"WTFPL"}' > server/srv/app/node_modules/left-pad/package.json
        package() { printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: Some Team <team@example.com>\nVersion: %s\n%b\n' "$@"; }
        ssh=$(package openssh-server 1:9.2p1-2 "Source: openssh\nConffiles:\n /etc/ssh/sshd_config $(md5sum < server/etc/ssh/sshd_config | cut -c1-32)\n")
        { package libssl3 3.0.9-1 'Source: openssl\n'; echo "$ssh"; echo; package telnetd 0.17-44 ''; } > server/var/lib/dpkg/status
        printf '/.\n/etc\n/etc/ssh\n/etc/ssh/sshd_config\n/usr\n/usr/lib/systemd/system/ssh.service\n/usr/sbin\n/usr/sbin/sshd\n' > server/var/lib/dpkg/info/openssh-server.list
        (cd server && md5sum usr/sbin/sshd > var/lib/dpkg/info/openssh-server.md5sums)
        find server -exec touch -h -d '2026-01-31 12:34:56 UTC' {} +
        mke2fs -q -t ext4 -L root -d server -E hash_seed=00000000-0000-4000-8000-000000000001 -U 00000000-0000-4000-8000-000000000005 server.raw 16M
        { package libssl3 3.0.11-1~deb12u2 'Source: openssl\n'; echo "$ssh"; echo; } > server/var/lib/dpkg/status
        echo 'Port 22' > server/etc/ssh/sshd_config
        echo patched >> server/usr/sbin/sshd
        mke2fs -q -t ext4 -L root -d server -E hash_seed=00000000-0000-4000-8000-000000000001 -U 00000000-0000-4000-8000-000000000005 server-patched.raw 16M
        """;

    private static readonly Lazy<TestFolder> Made = new(Make);

    /// <summary>An ext4 file system without a partition table, labelled root.</summary>
    public static string One => Made.Value["one.raw"];

    /// <summary>The same with another <c>/etc/hostname</c>.</summary>
    public static string Two => Made.Value["two.raw"];

    /// <summary>A GPT disk with the file system of <see cref="One"/> and a partition that holds none.</summary>
    public static string Partitioned => Made.Value["parts.raw"];

    /// <summary>An ext2 file system labelled data.</summary>
    public static string Data => Made.Value["data.raw"];

    /// <summary>A file system with the files of a small Debian server: packages, users, a service.</summary>
    public static string Server => Made.Value["server.raw"];

    /// <summary>The same after an upgrade, with two files that are not as their package left them.</summary>
    public static string ServerPatched => Made.Value["server-patched.raw"];

    private static TestFolder Make()
    {
        var folder = new TestFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Tool.Run("bash", "-c", Script, "disks", folder.Path);
        return folder;
    }
}
