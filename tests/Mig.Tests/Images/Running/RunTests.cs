using System.Diagnostics;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Running;

/// <summary>A command changes an image as it would change the disk that the kernel mounts; the kernel's mount of the export is the
/// judge.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Theory]
    [InlineData("ext4", "e2fsck -fn")]
    [InlineData("xfs", "xfs_repair -n")]
    [InlineData("btrfs", "btrfs check -q")]
    public void WhatACommandDidIsAVersion(string type, string check)
    {
        Commit(SmallSystem.Disk(_repository.Files, "disk", type));
        (int code, string output) = Run("--", "sh", "-c", "echo hello > /var/made; rm /etc/passwd; cat /etc/os-release; hostname");
        Assert.True(code == 0, output);
        Assert.Contains("ID=small\nimage\n", output, StringComparison.Ordinal);

        string disk = _repository.Export("out");
        Tool.RunScript($"{check} \"$1\" >&2", disk);
        using (Mount kernel = Mount.Image(disk, "ro"))
        {
            Assert.Equal("hello\n", File.ReadAllText(kernel["var/made"]));
            Assert.False(File.Exists(kernel["etc/passwd"]));

            // Nothing that was lent is left; and the judge sees what there is.
            Assert.Equal("", Tool.RunScript("cd \"$1\"; find usr/sbin run tmp dev sys proc etc/resolv.conf -mindepth 1 2>/dev/null || true",
                kernel.Path));
            Assert.Contains("var/made", Tool.RunScript("cd \"$1\"; find var", kernel.Path), StringComparison.Ordinal);
        }

        Assert.Contains("Mig-Run: sh -c 'echo hello", Mig("log", "-1").Output, StringComparison.Ordinal);
        _repository.AssertClean();
    }

    [Fact]
    public void AFailureLeavesTheBranchAndPassesItsCode()
    {
        Commit(SmallSystem.Disk(_repository.Files, "disk", "ext4"));
        string before = Mig("rev-parse", "main").Output;
        Assert.Equal(7, Run("--", "sh", "-c", "echo x > /var/made; exit 7").ExitCode);
        Assert.Equal(128 + 9, Run("--", "sh", "-c", "kill -9 $$").ExitCode);
        (int code, string output) = Run("--", "/no/such/program");
        Assert.True(code == 1, $"{code}: {output}");
        Assert.Equal(before, Mig("rev-parse", "main").Output);
        Assert.Equal("", Mig("session", "list").Output);
    }

    // The second volume of the fstab is another partition; the third is one that is nowhere.
    [Fact]
    public void VolumesAreMountedAsTheMachineMountsThem()
    {
        string fstab = "LABEL=root / ext4 defaults 0 1\nLABEL=data /data ext4 defaults 0 2\n";
        string disk = TwoVolumes(fstab);
        Commit(disk);
        (int code, string output) = Run("--", "sh", "-c", "echo hi > /data/file; sync");
        Assert.True(code == 0, output);
        string export = _repository.Export("out");
        using (Mount data = Mount.Image(export, $"ro,offset={40 << 20}"))
            Assert.Equal("hi\n", File.ReadAllText(data["file"]));
        using (Mount root = Mount.Image(export, $"ro,offset={1 << 20}"))
            Assert.Empty(Directory.GetFileSystemEntries(root["data"]));

        Commit(TwoVolumes(fstab + "LABEL=gone /gone ext4 defaults 0 2\n"));
        (code, output) = Run("--", "true");
        Assert.True(code == 21 && output.Contains("--without /gone", StringComparison.Ordinal), $"{code}: {output}");
        Assert.Equal(0, Run("--without", "/gone", "--", "true").ExitCode);
    }

    [Fact]
    public void WhatIsLentIsThereAndGoesWithTheCommand()
    {
        Commit(SmallSystem.Disk(_repository.Files, "disk", "ext4"));
        _repository.Files.Write("lent", "of the host\n");
        string lent = _repository.Files["lent"];
        Assert.Equal(0, Run("--bind", $"{lent}:/run/lent", "--env", "A=b c", "--directory", "/etc", "--", "sh", "-c",
            "test \"$(cat /run/lent)\" = 'of the host' && test \"$A\" = 'b c' && test $PWD = /etc && ! (echo x > /run/lent) 2>/dev/null").ExitCode);
        Assert.Equal(0, Run("--bind", $"{lent}:/run/lent:rw", "--", "sh", "-c", "echo changed > /run/lent").ExitCode);
        Assert.Equal("changed\n", File.ReadAllText(lent));
        Assert.Equal(2, Run("--bind", $"{lent}:/etc/lent", "--", "true").ExitCode);
        Assert.Equal(2, Run("--bind", $"{lent}:/run/../etc/lent", "--", "true").ExitCode);

        Assert.NotEqual(0, Run("--", "sh", "-c", "ip link | grep -v lo: | grep UP").ExitCode);
        Assert.Equal(0, Run("--", "sh", "-c",
            "systemctl restart nginx && /run/mig/bin/start-stop-daemon --start x && test ! -d /run/systemd").ExitCode);
    }

    // Killed with all that it had mounted: nothing stays mounted, and the branch is what it was.
    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public void AnEndInTheMiddleLeavesNothing(string signal)
    {
        Commit(SmallSystem.Disk(_repository.Files, "disk", "ext4"));
        string before = Mig("rev-parse", "main").Output;
        string mark = _repository.Files.Write("mark", "");
        using Process process = MigProgram.Start([], ["--repo", _repository.Folder, "run", "main", "--bind", $"{mark}:/run/mark:rw",
            "--", "sh",
            "-c", "echo x > /var/made; sync; echo ready > /run/mark; sleep 98765"]);
        Waiting.Until(() => File.ReadAllText(mark).Length > 0);
        Tool.Run("kill", $"-{signal}", $"{process.Id}");
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        Waiting.Until(() => !Tool.Run("losetup", "-a").Contains("mig-run", StringComparison.Ordinal)
            && Tool.Try("pgrep", "-f", "sleep 98765").ExitCode != 0);
        Assert.Equal(before, Mig("rev-parse", "main").Output);
        Assert.Equal(0, Run("--", "test", "!", "-e", "/var/made").ExitCode);
        foreach (string folder in Directory.EnumerateDirectories(Path.GetTempPath(), "mig-run-*"))
            Tool.Try("umount", Path.Combine(folder, "disks"));
    }

    public void Dispose() => _repository.Dispose();

    private string TwoVolumes(string fstab)
    {
        string disk = _repository.Files.Sparse("disk", 64 << 20);
        Tool.RunScript("printf 'label: dos\\nstart=2048, size=79872, type=83\\nstart=81920, type=83\\n' | sfdisk -q \"$1\"", disk);
        string root = SmallSystem.In(_repository.Files["tree"]);
        File.WriteAllText(Path.Combine(root, "etc/fstab"), fstab);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-L", "root", "-E", "offset=1048576", "-d", root, disk, "39936k");
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-L", "data", "-E", $"offset={40 << 20}", disk, "24576k");
        return disk;
    }

    private void Commit(string disk) => _repository.Commit(Path.GetFileName(disk));

    private (int ExitCode, string Output) Run(params string[] arguments) => Mig(["run", "main", .. arguments]);

    private (int ExitCode, string Output) Mig(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));
}
