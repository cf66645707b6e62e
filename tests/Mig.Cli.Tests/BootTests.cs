using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Versions that run as machines: real ones by QEMU, and what is said of them.</summary>
public sealed class BootTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public BootTests()
    {
        _workspace.Environment["DISPLAY"] = null;
        _workspace.Environment["WAYLAND_DISPLAY"] = null;
        _workspace.Ok("init");
    }

    [Fact]
    public void A_machine_starts_from_the_repository_and_what_it_wrote_becomes_a_version()
    {
        byte[] disk = CommitBootDisk("hello from the disk");
        Outcome run = _workspace.Mig("boot", "--accel", "tcg", "-m", "its life").Ends(0);
        Assert.Contains("hello from the disk", run.Output, StringComparison.Ordinal);
        Assert.Contains("by its boot code", run.Error, StringComparison.Ordinal);
        Assert.Matches(@"read [0-9.]+ KiB of [0-9.]+ KiB \(", run.Error);
        Assert.Matches(@"\[main [0-9a-f]+\] its life", run.Error);
        Assert.Equal(BootDisk.After(disk), Export("HEAD"));
        Assert.Equal(disk, Export("HEAD~1"));

        // A new version is what the session goes on with.
        Assert.Equal("main\t0", Sessions());
        _workspace.Mig("boot", "--accel", "tcg", "-m", "nothing new").Ends(0, "there is no new commit");
    }

    [Fact]
    public void A_snapshot_and_a_version_that_is_no_branch_leave_nothing()
    {
        CommitBootDisk("gone");
        Outcome run = _workspace.Mig("boot", "main", "--snapshot", "--accel", "tcg").Ends(0);
        Assert.Contains("what it writes is thrown away", run.Error, StringComparison.Ordinal);
        string id = _workspace.Ok("rev-parse", "HEAD").Trim();
        Assert.Contains("gone", _workspace.Ok("boot", id, "--accel", "tcg"), StringComparison.Ordinal);
        Assert.Equal("", Sessions());
        _workspace.Mig("boot", "main", "--snapshot", "-m", "x").Ends(2, "thrown away");
        _workspace.Mig("boot", id, "-m", "x").Ends(2, "no branch");
    }

    [Fact]
    public void What_is_typed_reaches_the_machine_and_a_signal_ends_it()
    {
        byte[] disk = CommitBootDisk("type", waitsForKeys: true);
        using (Process process = Start("boot", "--accel", "tcg", "--grace", "0"))
        {
            Read(process, "type");
            Type(process, "W");
            Read(process, "W.");

            // The session is taken, and the machine knows no power button.
            _workspace.Mig("boot", "--accel", "tcg").Ends(3, "session 'main'");
            Tool.Run("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Contains("error: the machine did not power down, and was switched off; session 'main' keeps what it flushed", error,
                StringComparison.Ordinal);
            Assert.Equal(143, process.ExitCode);
        }

        Assert.Equal("main\t4096", Sessions());
        _workspace.Ok("session", "commit", "main", "-m", "typed");
        Assert.Equal(BootDisk.After(disk, 'W'), Export("HEAD"));
    }

    // On a terminal all keys but Ctrl-] are the machine's, Ctrl-C among them.
    [Fact]
    public void A_terminal_is_the_machines_until_it_ends()
    {
        CommitBootDisk("type", waitsForKeys: true);
        using Process process = RunningMachine.StartProgram(_workspace,
            "script", "-qec", $"'{Testing.BuiltProgram.Path}' boot --accel tcg; echo ended with $?; stty -a", "/dev/null");
        Read(process, "Ctrl-] asks");
        Read(process, "type");
        Type(process, "\u0003");
        Read(process, "\u0003.");
        Type(process, "W");
        Read(process, "W.");
        Type(process, "\u001d\u001d");
        string rest = process.StandardOutput.ReadToEnd();
        Assert.Contains("ended with 130", rest, StringComparison.Ordinal);
        Assert.Matches(@"\sicanon", rest);
        Assert.Matches(@"\secho\s", rest);
    }

    [Fact]
    public void QEMU_ends_when_the_program_is_killed_and_the_session_goes_on()
    {
        _workspace.Environment["TMPDIR"] = _workspace.Folder; // its folder stays
        CommitBootDisk("type", waitsForKeys: true);
        int qemu;
        using (Process process = Start("boot", "--accel", "tcg"))
        {
            Read(process, "type");
            qemu = FindQemu(process.Id);
            process.Kill();
            process.WaitForExit();
        }

        Waiting.Until(() => !IsRunning(qemu));
        Assert.Equal("main\t0", Sessions());
        using Process again = Start("boot", "--accel", "tcg");
        Read(again, "type");
        Type(again, "q");
        again.StandardError.ReadToEnd();
        again.WaitForExit();
        Assert.Equal(0, again.ExitCode);
    }

    // A stand-in for QEMU keeps what it was called with.
    [Theory]
    [InlineData("--memory 64m --cpus 3 --bus scsi --net --forward 2222:22 --forward 8080:80")]
    [InlineData("--bus sata --firmware uefi")]
    public void A_dry_run_shows_what_runs(string options)
    {
        CommitBootDisk("x");
        MakeUefi();
        string bin = MakeStandIn("printf '%s\\n' \"$@\" > '" + _workspace["words"] + "'");
        string[] arguments = ["--accel", "tcg", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string shown = _workspace.Ok(["boot", "efi", "--dry-run", .. arguments]);
        Assert.Equal("", Sessions());
        _workspace.Mig(["boot", "efi", "--snapshot", .. arguments]).Ends(0);
        string[] words = [.. File.ReadAllLines(_workspace["words"])];
        string folder = System.Text.RegularExpressions.Regex.Match(string.Join('\n', words), "/[^=,\n]*mig-boot-[^/]*/").Value;
        string[] read = _workspace.Shell($"printf '%s\\n' {shown}").Ends(0).Output.TrimEnd('\n').Split('\n');
        Assert.Equal(Path.Combine(bin, "qemu-system-x86_64"), read[0]);
        Assert.Equal(
            read[1..], words.Select(word => System.Text.RegularExpressions.Regex.Replace(word, "export=boot-[0-9a-f]{8}", "export=efi")
                .Replace(folder, Path.Combine(Path.GetTempPath(), "mig-boot-XXXXXX/"), StringComparison.Ordinal)));
        Assert.NotEqual("", folder);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void What_QEMU_says_and_ends_with_is_passed_on()
    {
        CommitBootDisk("x");
        MakeStandIn("echo 'no such thing' >&2; exit 7");
        _workspace.Mig("boot", "--accel", "tcg").Ends(21, "QEMU ended with 7: no such thing");
        Assert.Equal("main\t0", Sessions());
        _workspace.Environment["PATH"] = _workspace["nowhere"];
        _workspace.Mig("boot", "--accel", "tcg").Ends(21, "the package qemu-system-x86 has it");
        _workspace.Mig("boot", "--accel", "tcg", "--snapshot").Ends(21);
        Assert.Equal("main\t0", Sessions());
    }

    [Fact]
    public void Names_with_commas_and_quotes_are_taken_as_they_are()
    {
        string name = "evil,format=qcow2,file=x'y\"z.raw", folder = Path.Combine(_workspace.Folder, "a,b 'c\"d");
        Directory.CreateDirectory(folder);
        _workspace.Environment["TMPDIR"] = folder;
        BootDisk.Write(_workspace[name], "still here");
        _workspace.Ok("commit", name, "-m", "first");
        _workspace.Ok("branch", "odd,path=x'y\"z");
        Assert.Contains("still here", _workspace.Ok("boot", "odd,path=x'y\"z", "--accel", "tcg"), StringComparison.Ordinal);
        Assert.Equal("odd-path-x-y-z\t4096", Sessions());
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        string shown = _workspace.Ok("boot", "--dry-run", "--accel", "tcg");
        Assert.DoesNotContain("evil", shown, StringComparison.Ordinal);
        Assert.Contains("a,,b 'c\"d/mig-boot", _workspace.Shell($"printf '%s\\n' {shown}").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_of_libvirt_is_one()
    {
        CommitBootDisk("x");
        _workspace.Ok("branch", "bios");
        MakeUefi();
        MakeLinux();
        _workspace.Ok("checkout", "-b", "two");
        BootDisk.Write(_workspace["second.raw"], "y");
        _workspace.Ok("commit", "bios.raw", "second.raw", "-m", "two disks");
        string socket = _workspace["my <sock>&"];
        Outcome last = _workspace.Mig("help");
        foreach ((string branch, string options) in ((string, string)[])[("bios", ""), ("efi", "--bus sata --net"),
            ("linux", "--bus scsi --append quiet"), ("two", "--net --memory 2g --accel tcg")])
        {
            string[] arguments = ["boot", branch, "--libvirt", "--socket", socket,
                .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            last = _workspace.Mig(arguments).Ends(0, "first: ");
            File.WriteAllText(_workspace["domain.xml"], last.Output);
            Tool.Run("virt-xml-validate", _workspace["domain.xml"], "domain");
            Assert.Equal(branch == "two" ? 2 : 1, last.Output.Split("<disk ").Length - 1);
        }

        // The judge objects.
        File.WriteAllText(_workspace["domain.xml"], last.Output.Replace("</vcpu>", "x</vcpu>", StringComparison.Ordinal));
        Assert.NotEqual(0, Tool.Try("virt-xml-validate", _workspace["domain.xml"], "domain").ExitCode);

        // What serves the disks is said, and does.
        string serve = last.Error.TrimEnd('\n').Split("first: ")[^1];
        _workspace.Environment["PATH"] = $"{_workspace.MakeProgram()}:{Environment.GetEnvironmentVariable("PATH")}";
        _workspace.Shell($$"""
            nohup {{serve}} 2> served & server=$!
            until grep -qs listening served; do sleep 0.05; kill -0 $server || exit 1; done
            nbdinfo --size "nbd+unix:///two:disk2?socket=my%20%3Csock%3E%26" > size
            kill $server; wait $server
            """).Ends(0);
        Assert.Equal("4194304", File.ReadAllText(_workspace["size"]).Trim());
    }

    [Fact]
    public void A_configuration_of_Firecracker_names_files_that_its_commands_make()
    {
        byte[] kernel = MakeLinux();
        Outcome outcome = _workspace.Mig("boot", "linux", "--firecracker", "--memory", "256m", "--cpus", "1").Ends(0);
        using var json = JsonDocument.Parse(outcome.Output);
        JsonElement source = json.RootElement.GetProperty("boot-source");
        Assert.Equal(("vmlinux", "initrd"),
            (source.GetProperty("kernel_image_path").GetString(), source.GetProperty("initrd_path").GetString()));
        Assert.StartsWith("root=UUID=00000000-0000-4000-8000-0000000000aa ro console=ttyS0", source.GetProperty("boot_args").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(256, json.RootElement.GetProperty("machine-config").GetProperty("mem_size_mib").GetInt32());
        string commands = string.Concat(outcome.Error.Split("first: ").Where(line => line.StartsWith("mig", StringComparison.Ordinal)));
        _workspace.Shell(commands).Ends(0);
        Assert.Equal(kernel, File.ReadAllBytes(_workspace["vmlinuz"]));
        Assert.Equal("initrd\n", File.ReadAllText(_workspace["initrd"]));
        Assert.Equal(File.ReadAllBytes(_workspace["linux.raw"]),
            File.ReadAllBytes(_workspace[json.RootElement.GetProperty("drives")[0].GetProperty("path_on_host").GetString()!]));
    }

    [Fact]
    public void A_session_that_holds_writes_is_not_taken_for_another_version()
    {
        CommitBootDisk("one");
        _workspace.Ok("boot", "--accel", "tcg");
        BootDisk.Write(_workspace["bios.raw"], "two");
        _workspace.Ok("commit", "bios.raw", "-m", "second");
        _workspace.Mig("boot", "--accel", "tcg").Ends(3, "mig boot --session main");
        Assert.Contains("one", _workspace.Ok("boot", "--session", "main", "--accel", "tcg"), StringComparison.Ordinal);
        Assert.Contains("two", _workspace.Ok("boot", "--session", "other", "--accel", "tcg"), StringComparison.Ordinal);

        // One that holds nothing follows its branch.
        _workspace.Ok("session", "discard", "main");
        _workspace.Ok("session", "start", "main", "HEAD~1");
        _workspace.Ok("session", "discard", "main");
        _workspace.Ok("session", "start", "main", "main");
        BootDisk.Write(_workspace["bios.raw"], "three");
        _workspace.Ok("commit", "bios.raw", "-m", "third");
        Assert.Contains("three", _workspace.Ok("boot", "--accel", "tcg"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        CommitBootDisk("x");
        foreach (string options in (string[])["--forward 22", "--forward 0:22", "--memory 1m", "--memory much", "--cpus 0", "--bus floppy",
            "--accel 1", "--firmware coreboot", "--grace -1", "--dry-run --libvirt", "--session x --snapshot"])
            _workspace.Mig(["boot", .. options.Split(' ')]).Ends(2);
        _workspace.Mig("boot", "--firmware", "kernel").Ends(21, "vmlinuz-");
        _workspace.Mig("boot", "--session", "../x").Ends(2, "cannot name a session");
        Assert.Equal("", Sessions());
    }

    public void Dispose() => _workspace.Dispose();

    private byte[] CommitBootDisk(string text, bool waitsForKeys = false)
    {
        BootDisk.Write(_workspace["bios.raw"], text, waitsForKeys);
        _workspace.Ok("commit", "bios.raw", "-m", "a machine");
        return File.ReadAllBytes(_workspace["bios.raw"]);
    }

    private void MakeUefi()
    {
        _workspace.Shell("""
            truncate -s 40M efi.raw && printf 'label: gpt\nstart=2048, size=69632, type=U\n' | sfdisk -q efi.raw
            mkfs.fat -F 32 --offset 2048 efi.raw 34816 > /dev/null
            printf 'MZ' > loader
            mmd -i efi.raw@@1M ::EFI ::EFI/Boot && mcopy -i efi.raw@@1M loader ::EFI/Boot/bootx64.efi
            """).Ends(0);
        _workspace.Ok("checkout", "-b", "efi");
        _workspace.Ok("commit", "efi.raw", "-m", "UEFI");
    }

    private byte[] MakeLinux()
    {
        byte[] kernel = MixedBytes.Make(100_000, 1);
        (kernel[0x1FE], kernel[0x1FF]) = (0x55, 0xAA);
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        Directory.CreateDirectory(_workspace["tree/boot"]);
        Directory.CreateDirectory(_workspace["tree/etc"]);
        File.WriteAllText(_workspace["tree/etc/os-release"], "ID=debian\n");
        File.WriteAllBytes(_workspace["tree/boot/vmlinuz-6.1.0-57-amd64"], kernel);
        File.WriteAllText(_workspace["tree/boot/initrd.img-6.1.0-57-amd64"], "initrd\n");
        _workspace.Shell("mke2fs -q -t ext4 -d tree -U 00000000-0000-4000-8000-0000000000aa linux.raw 16M").Ends(0);
        _workspace.Ok("checkout", "-b", "linux");
        _workspace.Ok("commit", "linux.raw", "-m", "Linux");
        return kernel;
    }

    private byte[] Export(string revision)
    {
        _workspace.Ok("checkout", revision, "--export", "out.raw", "--force");
        return File.ReadAllBytes(_workspace["out.raw"]);
    }

    /// <summary>Name and bytes of each session.</summary>
    private string Sessions() => string.Join('\n', _workspace.Ok("session", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => $"{line.Split('\t')[0]}\t{line.Split('\t')[3]}"));

    private string MakeStandIn(string script)
    {
        string bin = _workspace.MakeProgram();
        string program = Path.Combine(bin, "qemu-system-x86_64");
        File.WriteAllText(program, $"#!/bin/bash\n[ \"${{!#}}\" = -version ] && exit 0\n{script}\n");
        Tool.Run("chmod", "755", program);
        _workspace.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        return bin;
    }

    private Process Start(params string[] arguments) => RunningMachine.Start(_workspace, arguments);

    private static void Type(Process process, string keys) => RunningMachine.Type(process, keys);

    private static void Read(Process process, string text) => RunningMachine.Read(process, text);

    private static int FindQemu(int parent) => int.Parse(
        Tool.Read("ps", "-o", "pid=", "--ppid", parent.ToString(CultureInfo.InvariantCulture)).Trim(), CultureInfo.InvariantCulture);

    private static bool IsRunning(int process)
    {
        string path = $"/proc/{process}/stat";
        return File.Exists(path) && !File.ReadAllText(path).Contains(") Z ", StringComparison.Ordinal);
    }
}
