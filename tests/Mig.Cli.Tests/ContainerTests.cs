using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>
/// What a container has beyond the disk, what it is packed in, and what is no disk: it is named, and kept in what a version says of itself.
/// </summary>
public sealed class ContainerTests
{
    [Fact]
    public void Snapshots_and_bitmaps_are_warned_of_and_shown_ever_after()
    {
        using var workspace = new Workspace();
        Assert.Equal(0, workspace.Shell("""
            qemu-img create -q -f qcow2 d.qcow2 1M
            qemu-img snapshot -c s1 d.qcow2
            qemu-img bitmap --add d.qcow2 daily
            mig init -q
            """).ExitCode);
        Outcome commit = workspace.Mig("commit", "d.qcow2", "-m", "with more").Ends(0);
        Assert.Contains("warning: d.qcow2: has 1 internal snapshot (\"s1\"); that is not kept\n", commit.Error, StringComparison.Ordinal);
        Assert.Contains("warning: d.qcow2: has 1 persistent bitmap (\"daily\"); that is not kept\n", commit.Error,
            StringComparison.Ordinal);

        string shown = workspace.Ok("show");
        Assert.Contains("\nNote:   disk d.qcow2: not kept of its container: 1 internal snapshot (\"s1\").\n", shown,
            StringComparison.Ordinal);
        Assert.Contains("\nNote:   disk d.qcow2: not kept of its container: 1 persistent bitmap (\"daily\").\n", shown,
            StringComparison.Ordinal);
        Assert.Contains("disk d.qcow2: 1 MiB, no partition table, from qcow2\n", shown, StringComparison.Ordinal);
        System.Text.Json.JsonElement disk = workspace.Mig("show", "--json").Json.GetProperty("disks")[0];
        Assert.Equal("qcow2", disk.GetProperty("format").GetString());
        Assert.Equal(["1 internal snapshot (\"s1\")", "1 persistent bitmap (\"daily\")"], disk.GetProperty("extras").EnumerateArray()
            .Select(extra => extra.GetString()));

        Assert.Equal(0, workspace.Shell("qemu-img convert -O raw d.qcow2 d.raw").ExitCode);
        Assert.DoesNotContain("not kept", workspace.Mig("commit", "--allow-empty", "d.raw", "-m", "without").Ends(0).Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Note:", workspace.Ok("show"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_disk_is_the_disk_in_it()
    {
        const string Program = "xz -0", Suffix = "xz";
        using Workspace workspace = Workspace.WithSample();
        string file = $"two.raw.{Suffix}";
        Assert.Equal(0, workspace.Shell($"cp '{SampleDisks.Two}' two.raw; {Program} two.raw; test -e {file}").ExitCode);
        workspace.Ok("commit", SampleDisks.One, "-m", "one");
        Outcome commit = workspace.Mig("commit", file, "-m", "two").Ends(0);
        Assert.Contains($"two.raw: raw+{Suffix}, 16 MiB", commit.Output, StringComparison.Ordinal);
        Assert.Contains($"disk two.raw: 16 MiB, no partition table, from raw+{Suffix}\n", workspace.Ok("show"), StringComparison.Ordinal);
        Assert.Equal("web02\n", workspace.Ok("cat", "HEAD:/etc/hostname"));
        workspace.Ok("checkout", "--export", "out.raw");
        Tool.Run("cmp", SampleDisks.Two, workspace["out.raw"]);
        workspace.Mig("checkout", "--export", $"out.{Suffix}").Ends(2, $"output format {Suffix} is not known");

        // The same disk, packed or not, is no change; another one in a file of the same name is.
        Assert.StartsWith("Nothing changed", workspace.Ok("commit", "--quick", file, "-m", "again"), StringComparison.Ordinal);
        Assert.StartsWith("Nothing changed", workspace.Ok("commit", SampleDisks.Two, "-m", "again"), StringComparison.Ordinal);
        Assert.Equal(0, workspace.Shell(
            $"rm {file}; cp '{SampleDisks.One}' two.raw; {Program} two.raw; touch -d '2001-01-01' {file}").ExitCode);
        Assert.Contains("/etc/hostname", workspace.Ok("status", "-s", file), StringComparison.Ordinal);
        workspace.Ok("commit", "--quick", file, "-m", "one again");
        Assert.Equal("web01\n", workspace.Ok("cat", "HEAD:/etc/hostname"));
        Assert.Empty(Directory.GetFileSystemEntries(workspace[".mig/tmp"]));

        Outcome piped = workspace.Shell($"gzip -c '{SampleDisks.Two}' | mig commit - -m piped");
        Assert.Contains("disk.raw: raw+gz, 16 MiB", piped.Ends(0).Output, StringComparison.Ordinal);

        workspace.Ok("commit", "--input-format", "raw", file, "-m", "the file itself");
        workspace.Ok("checkout", "--export", "out.packed", "--format", "raw");
        Tool.Run("cmp", workspace[file], workspace["out.packed"]);
        workspace.Mig("-c", "core.maxDecompressed=1000000", "commit", file, "-m", "too much").Ends(20, "DISK-002");
        Assert.Equal(0, workspace.Shell($"truncate -s -5 {file}").ExitCode);
        workspace.Mig("commit", file, "-m", "half").Ends(20, "DISK-001");
    }

    [Fact]
    public void A_base_elsewhere_is_allowed_by_the_command_that_is_named()
    {
        using var workspace = new Workspace();
        Assert.Equal(0, workspace.Shell($"""
            mkdir base images other
            cp '{SampleDisks.One}' base/b.raw
            cp '{SampleDisks.One}' other/b.raw
            qemu-img create -q -f qcow2 -b ../base/b.raw -F raw images/d.qcow2
            qemu-img create -q -f qcow2 -b ../other/b.raw -F raw images/e.qcow2
            mig init -q
            """).ExitCode);
        string advice = $"--allow-base '{workspace["base"]}'";
        workspace.Mig("commit", "images/d.qcow2", "-m", "x").Ends(21, advice);
        workspace.Mig("commit", "--allow-base", "nowhere", "images/d.qcow2", "-m", "x").Ends(1, "there is no such folder");
        workspace.Mig("commit", "--allow-base", "base", "images/e.qcow2", "-m", "x").Ends(21, $"--allow-base '{workspace["other"]}'");
        Assert.Equal(0, workspace.Shell($"mig commit {advice} images/d.qcow2 -m x").ExitCode);
        workspace.Mig("status", "images/d.qcow2").Ends(21, advice);
        workspace.Ok("status", "--allow-base", "base", "images/d.qcow2");
        workspace.Mig("diff", "images/d.qcow2").Ends(21, advice);
        workspace.Ok("diff", "--allow-base", "base", "--allow-base", "other", "./images/d.qcow2", "./images/e.qcow2");
        workspace.Mig("checkout", "--export", "thin.qcow2", "--backing", "images/d.qcow2").Ends(21, advice);
        workspace.Ok("checkout", "--export", "thin.qcow2", "--backing", "images/d.qcow2", "--allow-base", "base");
    }
}
