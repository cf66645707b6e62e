using Mig.Core;
using Mig.Edits;
using Mig.Edits.Sealing;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>A sealed image has nothing of the machine that it was, and all else.</summary>
public class SealTests
{
    private static readonly string[] Personal =
    [
        "etc/ssh/ssh_host_ed25519_key", "etc/ssh/ssh_host_ed25519_key.pub", "var/lib/dbus/machine-id", "var/lib/systemd/random-seed",
            "root/.bash_history", "home/user/.bash_history",
        "home/user/.python_history", "var/log/journal/0123/system.journal", "var/log/syslog.1", "var/log/apt/history.log",
        "var/lib/dhcp/dhclient.eth0.leases", "tmp/scratch/deep/file",
        "var/tmp/x", "var/cache/apt/archives/vim_1_amd64.deb", "etc/passwd-", "etc/shadow-", "var/lib/cloud/instances/i-1/user-data.txt",
        "var/crash/_usr_bin_x.crash", "var/spool/mail/user",
        "etc/iscsi/initiatorname.iscsi", "etc/nvme/hostnqn", "var/log/mosquitto/mosquitto.log", "var/log/deep/er/x",
        "srv/home/bob/.bash_history", "root/backup/key-with-two-names",
        "etc/dropbear/dropbear_ed25519_host_key", "etc/lvm/devices/system.devices", "etc/hostid", "var/lib/iscsi/nodes/iqn/10.0.0.1",
        "var/lib/misc/random-seed", "var/lib/tailscale/tailscaled.state", "etc/salt/pki/minion/minion.pem",
        "var/lib/mysql/auto.cnf", "var/ossec/etc/client.keys", "etc/docker/key.json", "home/user/.ksh_history",
        "home/user/.mariadb_history", "home/user/.histfile", "home/user/.local/share/nvim/shada/main.shada",
        "home/EXAMPLE/eve/.bash_history", "data/keys/host", "data/keys/host.pub", "data/elsewhere/ssh_key", "var/lib/wicked/duid.xml",
        "var/lib/yum/uuid",
    ];

    private static readonly string[] Emptied =
        ["etc/machine-id", "var/log/syslog", "var/log/wtmp", "var/log/strange", "var/log/dpkg.log.10"];

    private static readonly string[] Kept =
    [
        "etc/ssh/sshd_config", "etc/hostname", "srv/home/bob/document", "home/user/document", "home/user/.ssh/authorized_keys",
            "var/lib/dpkg/status", "var/log/README", "var/cache/apt/archives/lock", "usr/bin/tool", "etc/others", "home/user/history",
            "usr/share/doc/README.logs",
    ];

    [Fact]
    public void WhatIsPersonalGoesAndAllElseStays()
    {
        using var test = new TestRepository();
        MakeMachine(test);
        SealReport planned = Seal(test, new SealRequest { Edit = new EditRequest { Message = "sealed", DryRun = true } });
        SealReport report = Seal(test, new SealRequest { Edit = new EditRequest { Message = "sealed" } });
        Assert.Equal(report.Paths, planned.Paths);
        Assert.NotNull(report.Edit.Id);
        Assert.True(report.Coverage.IsComplete);
        foreach (string path in (string[])["etc/iscsi/initiatorname.iscsi", "var/log/mosquitto/mosquitto.log", "srv/home/bob/.bash_history",
            "root/backup/key-with-two-names", "etc/ssh/ssh_host_rsa_key"])
            Assert.Contains($"/{path}", planned.Paths.Select(item => item.Path));
        Assert.True(report.ZeroedBytes > 0);
        string disk = test.Export("out.raw");
        (int exitCode, string output) = Tool.Try("e2fsck", "-fn", disk);
        Assert.True(exitCode == 0, output);
        using (var mount = new LoopMount(disk, "ro"))
        {
            Assert.All(Personal, path => Assert.False(File.Exists(Path.Combine(mount.Path, path)), path));
            Assert.All(Emptied, path => Assert.Equal(0, new FileInfo(Path.Combine(mount.Path, path)).Length));
            Assert.All(Kept, path => Assert.StartsWith(
                $"content of {path}\n", File.ReadAllText(Path.Combine(mount.Path, path)), StringComparison.Ordinal));
            Assert.False(Directory.Exists(Path.Combine(mount.Path, "home/user/.zsh_history"))
                || File.Exists(Path.Combine(mount.Path, "home/user/.zsh_history")));
            Assert.False(File.Exists(Path.Combine(mount.Path, "etc/ssh/ssh_host_rsa_key")));
            Assert.True(Directory.Exists(Path.Combine(mount.Path, "var/log/deep/er")));
            Assert.True(Directory.Exists(Path.Combine(mount.Path, "tmp")));
            Assert.True(Directory.Exists(Path.Combine(mount.Path, "var/lib/cloud/instances")));
        }

        // Not even as deleted data.
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(disk);
        foreach (string path in Personal)
            Assert.True(bytes.IndexOf(System.Text.Encoding.UTF8.GetBytes($"content of {path}\n")) < 0, path);
        Assert.True(File.ReadAllBytes(test.Files["disk"]).AsSpan().IndexOf("content of etc/shadow-"u8) > 0, "negative control");
        test.AssertClean();
    }

    [Fact]
    public void OnlyWhatIsEnabledIsDone()
    {
        using var test = new TestRepository();
        MakeMachine(test);
        SealReport report = Seal(test,
            new SealRequest { Edit = new EditRequest { Message = "sealed" }, Enabled = ["hostname", "ssh-hostkeys"] });
        Assert.Equal(["ssh-hostkeys", "hostname"], report.Paths.Select(path => path.Operation).Distinct());
        Assert.Equal(0, report.ZeroedBytes);
    }

    [Fact]
    public void WhatIsDisabledIsNotDone()
    {
        using var test = new TestRepository();
        MakeMachine(test);
        SealReport report = Seal(test,
            new SealRequest { Edit = new EditRequest { Message = "sealed" }, Disabled = ["logfiles", "free-space"] });
        Assert.DoesNotContain(report.Paths, path => path.Operation == "logfiles");
        Assert.Contains(report.Paths, path => path.Path == "/etc/machine-id");
        Assert.Equal(0, report.ZeroedBytes);
    }

    [Fact]
    public void SealingTwiceChangesNothingMore()
    {
        using var test = new TestRepository();
        MakeMachine(test);
        Seal(test, new SealRequest { Edit = new EditRequest { Message = "sealed" } });
        Assert.Null(Seal(test, new SealRequest { Edit = new EditRequest { Message = "sealed again" } }).Edit.Id);
    }

    [Fact]
    public void AnUnknownOperationIsNamedWithNearOnes()
    {
        using var test = new TestRepository();
        MakeMachine(test);
        NotFoundException e = Assert.Throws<NotFoundException>(() =>
            Seal(test, new SealRequest { Edit = new EditRequest { Message = "sealed" }, Enabled = ["machine_id"] }));
        Assert.Contains("machine-id", e.Message, StringComparison.Ordinal);
    }

    private static SealReport Seal(TestRepository test, SealRequest request)
    {
        using Repository repository = test.Open();
        return new ImageSealer(repository).Run(request, TestContext.Current.CancellationToken);
    }

    private static void MakeMachine(TestRepository test)
    {
        string disk = test.Files["disk"];
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", disk, "24M");
        using (var mount = new LoopMount(disk, "rw"))
        {
            foreach (string path in (string[])[.. Personal, .. Emptied, .. Kept, "etc/os-release"])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(mount.Path, path))!);
                File.WriteAllText(Path.Combine(mount.Path, path), $"content of {path}\n");
            }

            // Behind links: a key that root has elsewhere goes, a file that a user pointed at does not.
            File.WriteAllText(Path.Combine(mount.Path, "etc/ssh/sshd_config.d.conf"), "HostKey /etc/*\nHostKey relative\n");
            File.AppendAllText(Path.Combine(mount.Path, "etc/ssh/sshd_config"), "Include sshd_config.d.conf\nHostKey /data/keys/host\n");
            File.CreateSymbolicLink(Path.Combine(mount.Path, "etc/ssh/ssh_host_ecdsa_key"), "/data/elsewhere/ssh_key");
            File.CreateSymbolicLink(Path.Combine(mount.Path, "home/user/.zsh_history"), "/etc/others");
            File.CreateSymbolicLink(Path.Combine(mount.Path, "var/log/doc"), "/usr/share/doc/README.logs");
            Tool.Run("chown", "-h", "1000:1000", Path.Combine(mount.Path, "home/user/.zsh_history"));
            File.WriteAllText(Path.Combine(mount.Path, "etc/passwd"),
                "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/srv/home/bob:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n");
            Tool.Run("ln", Path.Combine(mount.Path, "root/backup/key-with-two-names"),
                Path.Combine(mount.Path, "etc/ssh/ssh_host_rsa_key"));
        }

        test.Commit("disk");
    }
}
