using System.Diagnostics;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Machines that are suspended as versions, and go on from them; and variables of UEFI that become a version again.</summary>
public sealed class SuspendTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly byte[] _disk;

    public SuspendTests()
    {
        _workspace.Environment["DISPLAY"] = null;
        _workspace.Environment["WAYLAND_DISPLAY"] = null;
        _workspace.Ok("init");
        BootDisk.Write(_workspace["bios.raw"], "begins", waitsForKeys: true);
        _workspace.Ok("commit", "bios.raw", "-m", "a machine");
        _disk = File.ReadAllBytes(_workspace["bios.raw"]);
    }

    // The disk and the memory are one version: what was read before is not read again, in another repository.
    [Fact]
    public void A_suspended_machine_goes_on_elsewhere()
    {
        Suspend();
        Assert.Equal("machine\nmemory\n", _workspace.Ok("ls", "HEAD:@attachments"));
        Assert.Contains("\nmachine pc-q35-", _workspace.Ok("cat", "HEAD:@attachments/machine"), StringComparison.Ordinal);
        AssertDisk("HEAD", 'W');
        _workspace.Ok("clone", "-q", ".", "elsewhere");
        using (Process again = RunningMachine.Start(_workspace, "-C", "elsewhere", "boot", "--accel", "tcg", "-m", "its end"))
        {
            string printed = RunningMachine.Typing(again, "X", () => RunningMachine.Read(again, "X."));
            Assert.DoesNotContain("begins", printed, StringComparison.Ordinal);
            (string error, int code) = RunningMachine.Typing(again, "q", () => RunningMachine.WaitFor(again));
            Assert.Equal(0, code);
            Assert.Contains("goes on where it was suspended", error, StringComparison.Ordinal);
        }

        // Beside other disks its memory is of no use.
        _workspace.Mig("-C", "elsewhere", "ls", "HEAD:@attachments").Ends(1, "has no disk 'attachments'");
        AssertDisk("HEAD", 'X', "elsewhere");

        // The control: afresh, it begins.
        using Process cold = RunningMachine.Start(_workspace, "-C", "elsewhere", "boot", "HEAD~1", "--cold", "--accel", "tcg", "--grace",
            "0");
        RunningMachine.Read(cold, "begins");
        Assert.Equal(143, RunningMachine.End(cold).ExitCode);
    }

    [Fact]
    public void What_it_cannot_go_on_with_is_said_by_name()
    {
        Suspend();
        string machine = _workspace.Ok("cat", "HEAD:@attachments/machine");
        _workspace.Mig("boot", "--memory", "128m").Ends(2, "suspended with 64 MiB of memory");
        _workspace.Mig("boot", "--net").Ends(2, "suspended with no network");
        _workspace.Mig("boot", "--snapshot", "--suspend").Ends(2, "thrown away");
        string old = "\nmachine " + machine.Split("\nmachine ")[1].Split('\n')[0];
        foreach ((string from, string to, int code, string said) in ((string, string, int, string)[])
        [
            (old, "\nmachine pc-q35-99.9", 21, "has no machine pc-q35-99.9; --cold"),
            ("\nqemu ", "\nqemu 1", 21, "whose processor is another one"),
            (old, "\nmachine q35,firmware=/etc/passwd", 22, "BOOT-001"),
            ("\nmemory 64\n", "\nmemory 64\nmemory 65\n", 22, "BOOT-001"),
            ("\nprocessors 2\n", "\nprocessors 0\n", 22, "BOOT-001"),
            ("\nfirmware bios\n", "\nfirmware 1\n", 22, "BOOT-001"),
            ("mig-machine 1", "mig-machine 2", 22, "BOOT-001"),
        ])
        {
            Assert.Contains(from, machine, StringComparison.Ordinal);
            Attach("machine", machine.Replace(from, to, StringComparison.Ordinal));
            _workspace.Mig("boot", "--accel", "tcg").Ends(code, said);
        }

        // QEMU itself refuses what is no memory, and nothing has run.
        Attach("machine", machine);
        Attach("memory", "no memory");
        _workspace.Mig("boot").Ends(21, "--cold starts it afresh");
        Assert.Contains("\t0\t", _workspace.Ok("session", "list"), StringComparison.Ordinal);

        // The memory of other disks is left out, and so it is when disks are committed.
        Attach("machine", machine.Replace(" 4194304\n", " 4194305\n", StringComparison.Ordinal));
        using (Process cold = RunningMachine.Start(_workspace, "boot", "--snapshot", "--accel", "tcg", "--grace", "0"))
        {
            RunningMachine.Read(cold, "begins");
            Assert.Contains("starts afresh", RunningMachine.End(cold).Error, StringComparison.Ordinal);
        }

        BootDisk.Write(_workspace["bios.raw"], "another");
        _workspace.Ok("commit", "bios.raw", "-m", "another");
        _workspace.Mig("ls", "HEAD:@attachments").Ends(1);
    }

    [Fact]
    public void When_the_version_cannot_be_made_the_machine_goes_on_and_is_to_power_down()
    {
        File.WriteAllText(_workspace[".mig/hooks/pre-commit"], "#!/bin/sh\nexit 1\n");
        Tool.Run("chmod", "755", _workspace[".mig/hooks/pre-commit"]);
        using Process process = RunningMachine.Start(_workspace, "boot", "--accel", "tcg", "--memory", "64m", "--suspend");
        RunningMachine.Read(process, "begins");
        RunningMachine.Type(process, "W");
        RunningMachine.Read(process, "W.");
        Tool.Run("kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        while (process.StandardError.ReadLine() is { } line && !line.Contains("could not be suspended", StringComparison.Ordinal))
        {
            // Until it goes on.
        }

        RunningMachine.Typing(process, "V", () => RunningMachine.Read(process, "V."));
        (string error, int code) = RunningMachine.Typing(process, "q", () => RunningMachine.WaitFor(process));
        Assert.Equal(1, code);
        Assert.Contains("pre-commit", error, StringComparison.Ordinal);
        File.Delete(_workspace[".mig/hooks/pre-commit"]);
        _workspace.Ok("session", "commit", "main", "-m", "what is left");
        AssertDisk("HEAD", 'V');
    }

    // A stand-in for QEMU writes to the variables that it is given.
    [Fact]
    public void Variables_of_UEFI_that_were_attached_become_a_version_again()
    {
        string bin = _workspace.MakeProgram(), program = Path.Combine(bin, "qemu-system-x86_64");
        File.WriteAllText(program, """
            #!/bin/bash
            [ "${!#}" = -version ] && exit 0
            for word; do case $word in if=pflash,unit=1,*) printf changed | dd of="${word##*file=}" conv=notrunc status=none;; esac; done
            """);
        Tool.Run("chmod", "755", program);
        _workspace.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        _workspace.Shell("""
            truncate -s 40M efi.raw && printf 'label: gpt\nstart=2048, size=69632, type=U\n' | sfdisk -q efi.raw
            mkfs.fat -F 32 --offset 2048 efi.raw 34816 > /dev/null
            printf MZ > loader && mmd -i efi.raw@@1M ::EFI ::EFI/BOOT && mcopy -i efi.raw@@1M loader ::EFI/BOOT/BOOTX64.EFI
            for f in /usr/share/OVMF/OVMF_VARS_4M.fd /usr/share/OVMF/OVMF_VARS.fd; do [ ! -f $f ] || { cp $f vars; break; }; done
            """).Ends(0);
        _workspace.Ok("commit", "efi.raw", "--attach", "nvram=vars", "-m", "with variables");
        _workspace.Ok("boot", "--accel", "tcg", "-m", "after");
        _workspace.Shell("(printf changed; tail -c +8 vars) > expected").Ends(0);
        _workspace.Shell($"'{Testing.BuiltProgram.Path}' cat HEAD:@attachments/nvram | cmp - expected").Ends(0);
        _workspace.Shell($"'{Testing.BuiltProgram.Path}' cat HEAD~1:@attachments/nvram | cmp - vars").Ends(0);
    }

    public void Dispose() => _workspace.Dispose();

    private void Suspend()
    {
        using Process process =
            RunningMachine.Start(_workspace, "boot", "--accel", "tcg", "--memory", "64m", "--cpus", "2", "--suspend", "-m", "asleep");
        RunningMachine.Read(process, "begins");
        RunningMachine.Type(process, "W");
        RunningMachine.Read(process, "W.");
        (string error, int code) = RunningMachine.End(process);
        Assert.True(code == 0, error);
        Assert.Matches(@"\[main [0-9a-f]+\] asleep", error);
    }

    private void Attach(string name, string text)
    {
        File.WriteAllText(_workspace["attached"], text);
        _workspace.Ok("commit", "--attach", $"{name}=attached", "-m", "changed");
    }

    private void AssertDisk(string revision, char key, string folder = ".")
    {
        _workspace.Ok("-C", folder, "checkout", revision, "--export", "out.raw", "--force");
        File.WriteAllBytes(_workspace["expected.raw"], BootDisk.After(_disk, key));
        string made = _workspace[Path.Combine(folder, "out.raw")];
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", made, _workspace["expected.raw"]);
        Assert.NotEqual(0, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", "raw", made, _workspace["bios.raw"]).ExitCode);
    }
}
