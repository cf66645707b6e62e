using System.Text.Json;
using Mig.Images.Audits;
using Mig.Machines.Audits;
using Mig.Machines.Inventories;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories;

/// <summary>A machine of which not all was seen is not called clean: by no verb, in no form, and with an exit code of its own.</summary>
public sealed class HalfSeenTests : IDisposable
{
    private const int Incomplete = 6;
    private const int RootMegabytes = 16, OtherMegabytes = 8;

    private readonly TestRepository _test = new();

    [Fact]
    public void ASystemInAVolumeThatCannotBeReadIsNoCleanMachine()
    {
        Commit(root: "vmlinuz-1", other: "printf 'LABELONE' | dd of=\"$1\" bs=1 seek=512 conv=notrunc status=none");
        string feed = _test.Files["feed"];
        File.WriteAllText(feed, """{"linux":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        foreach (string[] verb in (string[][])[
            ["audit", "--feed", feed], ["inventory"], ["seal", "-n"], ["search", "--package", "openssl"], ["search", "--name", "passwd"],
            ["inventory", "--cyclonedx"], ["inventory", "--spdx"], ["audit", "--feed", feed, "--all"], ["verify-packages"],
            ["when", "openssl"], ["when", "/etc/passwd"], ["when", new string('7', 64)], ["log", "--package", "openssl"],
            ["log", "--", "/etc/passwd"], ["log", "-S", new string('7', 64)], ["grep", "root"], ["grep", "root", "--all", "--", "/etc"]])
        {
            (int exitCode, string output) = Run(verb);
            Assert.True(exitCode == Incomplete, $"{string.Join(' ', verb)}: {exitCode}\n{output}");
            Assert.Contains("warning: ", output, StringComparison.Ordinal);
            Assert.Contains("volume 2 of disk: it holds an LVM2 physical volume", output, StringComparison.Ordinal);
        }

        Assert.Contains("the operating system: the only volume that was looked into has none", Run("audit", "--feed", feed).Output,
            StringComparison.Ordinal);
        foreach (string[] verb in (string[][])[["audit", "--json", "--feed", feed], ["inventory", "--json"], ["seal", "-n", "--json"],
            ["search", "--json", "--package", "openssl"], ["verify-packages", "--json"],
            ["when", "--json", "openssl"], ["log", "--json", "--package", "openssl"], ["log", "--json", "--", "/etc/passwd"],
                ["grep", "--json", "root"], ["stats", "--json"]])
        {
            JsonElement answer = Json(verb);
            if (answer.TryGetProperty("unseenVersions", out JsonElement versions))
                answer = versions[0];
            JsonElement unseen = answer.GetProperty("unseen").EnumerateArray()
                .First(part => part.GetProperty("kind").GetString() == "volume");
            Assert.Equal("volume 2 of disk", unseen.GetProperty("what").GetString());
            Assert.True(unseen.GetProperty("matters").GetBoolean());
            Assert.True(!answer.TryGetProperty("isComplete", out JsonElement isComplete) || !isComplete.GetBoolean());
        }

        JsonElement sbom = Json("inventory", "--cyclonedx");
        Assert.Equal("incomplete", sbom.GetProperty("compositions")[0].GetProperty("aggregate").GetString());
        Assert.Contains("LVM2", Json("inventory", "--spdx").GetProperty("comment").GetString(), StringComparison.Ordinal);
    }

    // No packages are no answer: they are kept in a way that is not read, or their record is empty or gone.
    [Theory]
    [InlineData("var/db/pkg/sys-apps/x-1/PF", "Portage")]
    [InlineData("var/db/xbps/pkgdb-0.38.plist", "XBPS")]
    [InlineData("usr/lib/opkg/status", "opkg")]
    [InlineData("nix/store/abc-x-1/x", "Nix")]
    [InlineData("var/lib/dpkg/status", "its package database names none")]
    [InlineData("etc/motd", "it has no database of dpkg, rpm, apk or pacman")]
    public void ASystemWhosePackagesAreElsewhereIsNoCleanMachine(string record, string reason)
    {
        using var machine = new MachineRoot();
        machine.Write("etc/os-release", "ID=x\n");
        machine.Write(record, "nothing that is a package\n");
        Inventory inventory = machine.CommitAndTake();
        Assert.Empty(inventory.Packages);
        Assert.False(inventory.Coverage.IsComplete);
        Assert.Contains("the packages of the system were not seen: ", Assert.Single(inventory.Coverage.Warnings), StringComparison.Ordinal);
        Assert.Contains(reason, inventory.Coverage.Warnings[0], StringComparison.Ordinal);
        using Repository repository = machine.Open();
        Assert.False(new Auditor(repository, new AuditOptions())
            .Audit("HEAD", cancellation: TestContext.Current.CancellationToken).Coverage.IsComplete);

        // Negative control.
        machine.Write("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nVersion: 1\n");
        Assert.True(machine.CommitAndTake().Coverage.IsComplete);
    }

    // What a machine keeps apart from its packages has packages of its own.
    [Fact]
    public void WhatAMachineKeepsApartFromItsPackagesIsNamed()
    {
        using var machine = new MachineRoot();
        machine.Write("etc/os-release", "ID=debian\n");
        machine.Write("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nVersion: 1\n");
        machine.Write("var/lib/docker/overlay2/l/SHORT", "a name for a layer, and no layer\n");
        machine.Write("var/lib/libvirt/images/setup.iso", "what a guest was installed from\n");
        Assert.True(machine.CommitAndTake().Coverage.IsComplete); // negative control

        machine.Write("var/lib/snapd/snaps/core22_1.snap", "software\n");
        machine.Write("var/lib/flatpak/app/org.gnome.Maps/current/x", "software\n");
        AssertNamed(0, "a snap (/var/lib/snapd/snaps): core22_1.snap; mig does not look into it",
            "a Flatpak (/var/lib/flatpak/app): org.gnome.Maps; mig does not look into it");
        using (Repository repository = machine.Open())
            Assert.False(new Auditor(repository, new AuditOptions())
                .Audit("HEAD", cancellation: TestContext.Current.CancellationToken).Coverage.IsComplete);

        foreach (string path in (string[])["docker/overlay2/0123/diff/x", "docker/overlay2/4567/diff/x",
            "containers/storage/overlay/89ab/diff/x", "lxc/web/rootfs/x", "machines/lab.raw", "libvirt/images/guest.qcow2"])
            machine.Write("var/lib/" + path, "software\n");
        AssertNamed(
            Incomplete,
            "a snap (/var/lib/snapd/snaps): core22_1.snap; mig does not look into it",
            "a Flatpak (/var/lib/flatpak/app): org.gnome.Maps; mig does not look into it",
            "2 layers of Docker containers (/var/lib/docker/overlay2): 0123, 4567; mig does not look into them",
            "a layer of Podman containers (/var/lib/containers/storage/overlay): 89ab; mig does not look into it",
            "a container of LXC (/var/lib/lxc): web; mig does not look into it",
            "a machine of systemd-nspawn (/var/lib/machines): lab.raw; mig does not look into it",
            "a disk of a virtual machine (/var/lib/libvirt/images): guest.qcow2; mig does not look into it");

        void AssertNamed(int exitOfSeal, params string[] sentences)
        {
            Assert.Equal(sentences.Select(sentence => $"not seen: {sentence}"), machine.CommitAndTake().Coverage.Warnings);
            (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], "--repo", machine.RepositoryFolder, "seal", "-n"));
            Assert.Equal(exitOfSeal, exitCode);
            Assert.All(sentences, sentence => Assert.Contains(sentence, output, StringComparison.Ordinal));
        }
    }

    // Not a single volume was looked into.
    [Fact]
    public void AnImageOfWhichNothingWasSeenIsNoCleanMachine()
    {
        _test.Files.Write("disk", new byte[2 << 20]);
        Tool.Run("bash", "-euc",
            "printf 'LABELONE' | dd of=\"$1\" bs=1 seek=512 conv=notrunc status=none; echo x | dd of=\"$1\" bs=1M seek=1 conv=notrunc "
            + "status=none", "bash", _test.Files["disk"]);
        _test.Commit("disk");
        string feed = _test.Files["feed"];
        File.WriteAllText(feed, """{"linux":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        foreach (string[] verb in (string[][])[["audit", "--feed", feed], ["inventory"], ["inventory", "--cyclonedx"],
            ["inventory", "--spdx"], ["seal", "-n"], ["verify-packages"], ["search", "--package", "openssl"]])
        {
            (int exitCode, string output) = Run(verb);
            Assert.True(exitCode == Incomplete, $"{string.Join(' ', verb)}: {exitCode}\n{output}");
            Assert.Contains("disk disk: it holds an LVM2 physical volume", output, StringComparison.Ordinal);
            Assert.Contains("the operating system: no volume was looked into", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void PackagesThatWereFoundWinOverWhatWasNotSeen()
    {
        Commit(root: "etc/os-release", other: "printf 'LUKS\\272\\276' | dd of=\"$1\" conv=notrunc status=none");
        string feed = _test.Files["feed"];
        File.WriteAllText(feed, """{"x":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        Assert.Equal(5, Run("audit", "--feed", feed).ExitCode);
        Assert.Equal(0, Run("search", "--package", "x").ExitCode);
        File.WriteAllText(feed, """{"y":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        Assert.Equal(Incomplete, Run("audit", "--feed", feed).ExitCode);
        Assert.Equal(Incomplete, Run("search", "--package", "y").ExitCode);
    }

    [Fact]
    public void SwapAndLoadersHoldNoPackages()
    {
        string feed = _test.Files["feed"];
        File.WriteAllText(feed, """{"y":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        Commit(root: "etc/os-release", other: "mkswap -q \"$1\"");
        Assert.Equal(0, Run("audit", "--feed", feed).ExitCode);
        Assert.Equal(0, Run("inventory").ExitCode);
        (int exitCode, string output) = Run("seal", "-n");
        Assert.Equal(0, exitCode);
        Assert.Contains("not sealed: volume 2 of disk: it is swap space that nothing was written to", output, StringComparison.Ordinal);

        Commit(root: "etc/os-release", other: "mkswap -q \"$1\"; echo secret | dd of=\"$1\" bs=1M seek=4 conv=notrunc status=none");
        Assert.Equal(0, Run("audit", "--feed", feed).ExitCode);
        (exitCode, output) = Run("seal", "-n");
        Assert.Equal(Incomplete, exitCode);
        Assert.Contains("holds what memory held", output, StringComparison.Ordinal);

        Commit(root: "etc/os-release", other: "echo loader > \"$1\"; truncate -s 8M \"$1\"", type: "EF02");
        Assert.Equal(0, Run("audit", "--feed", feed).ExitCode);
        Commit(root: "etc/os-release", other: "true");
        Assert.Equal(0, Run("seal", "-n").ExitCode);

        // Negative control: of no such type, nobody knows what it is.
        Commit(root: "etc/os-release", other: "echo loader > \"$1\"; truncate -s 8M \"$1\"");
        Assert.Equal(Incomplete, Run("audit", "--feed", feed).ExitCode);
    }

    [Fact]
    public void AnotherSystemBesideIsNamed()
    {
        Commit(root: "etc/os-release",
            other: "mkdir -p \"$1.d/etc\"; echo ID=other > \"$1.d/etc/os-release\"; mke2fs -F -q -d \"$1.d\" \"$1\"");
        string feed = _test.Files["feed"];
        File.WriteAllText(feed, """{"y":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        (int exitCode, string output) = Run("audit", "--feed", feed);
        Assert.Equal(Incomplete, exitCode);
        Assert.Contains("name the volume", output, StringComparison.Ordinal);
        Assert.Equal(0, Run("audit", "--feed", feed, "HEAD:@1").ExitCode);
    }

    [Fact]
    public void ThatNothingDiffersIsAnAnswerOfVolumesThatWereSeen()
    {
        Commit(root: "etc/os-release", other: "printf 'LUKS\\272\\276' | dd of=\"$1\" conv=notrunc status=none");
        CommitWith("secret"u8, (1 + RootMegabytes + 4) << 20);
        foreach (string[] verb in (string[][])[
            ["diff", "HEAD~1", "HEAD"], ["diff", "--packages", "HEAD~1", "HEAD"], ["diff", "--stat", "HEAD~1", "HEAD", "--", "/etc"]])
        {
            (int exitCode, string output) = Run(verb);
            Assert.True(exitCode == Incomplete, $"{string.Join(' ', verb)}: {exitCode}\n{output}");
            Assert.Contains("before: not seen: volume 2 of disk", output, StringComparison.Ordinal);
            Assert.Contains("after: not seen: volume 2 of disk", output, StringComparison.Ordinal);
        }

        Assert.Equal("volume", Json("diff", "--json", "HEAD~1", "HEAD").GetProperty("unseenVersions")[0].GetProperty("unseen")[0]
            .GetProperty("kind").GetString());

        // Where the bytes of the volume are the same, nothing differs in it: here it is the boot code that does.
        CommitWith("boot"u8, 0);
        Assert.Equal(0, Run("diff", "--exit-code", "HEAD~1", "HEAD").ExitCode);
        Assert.Equal(0, Run("diff", "--packages", "HEAD~1", "HEAD").ExitCode);
    }

    public void Dispose() => _test.Dispose();

    // A GPT disk: an ext4 with one file of a machine, and beside it what a script makes.
    private void Commit(string root, string other, string type = "8300")
    {
        string disk = _test.Files["disk"], folder = _test.Files["root"];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        string file = Path.Combine(folder, root);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "ID=debian\nVERSION_CODENAME=bookworm\n");
        if (root == "etc/os-release")
        {
            Directory.CreateDirectory(Path.Combine(folder, "var/lib/dpkg"));
            File.WriteAllText(Path.Combine(folder, "var/lib/dpkg/status"), "Package: x\nStatus: install ok installed\nVersion: 1\n");
        }

        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", folder, disk + ".root", $"{RootMegabytes}M");
        File.Delete(disk + ".other");
        _test.Files.Sparse("disk.other", OtherMegabytes << 20);
        Tool.Run("bash", "-euc", other, "bash", disk + ".other");
        _test.Files.Sparse("disk", (RootMegabytes + OtherMegabytes + 2) << 20);
        Tool.Run("sgdisk", "-n", $"1:2048:+{RootMegabytes}M", "-t", "1:8300", "-n", $"2:0:+{OtherMegabytes}M", "-t", $"2:{type}", disk);
        TestDisks.Insert(disk, (1 << 20, disk + ".root"), ((1 + RootMegabytes) << 20, disk + ".other"));
        _test.Commit("disk");
    }

    private void CommitWith(ReadOnlySpan<byte> bytes, long offset)
    {
        using (FileStream disk = File.OpenWrite(_test.Files["disk"]))
        {
            disk.Position = offset;
            disk.Write(bytes);
        }

        _test.Commit("disk");
    }

    private (int ExitCode, string Output) Run(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start([], ["--repo", _test.Folder, .. arguments]));

    private JsonElement Json(params string[] arguments)
    {
        string output = Run(arguments).Output;
        JsonElement answer = JsonDocument.Parse(output[..output.IndexOf("warning: ", StringComparison.Ordinal)]).RootElement;
        return answer.ValueKind == JsonValueKind.Array ? answer[answer.GetArrayLength() - 1] : answer;
    }
}
