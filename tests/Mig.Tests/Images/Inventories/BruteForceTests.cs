using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories;

/// <summary>
/// The judges of eng/, on small made-up machines: what mig answers is what find, sha256sum, grep, dpkg and debugfs say of the same disk,
/// and the judges can object.
/// </summary>
public sealed class BruteForceTests : IDisposable
{
    private readonly MachineRoot _machine = new();

    public BruteForceTests()
    {
        _machine.Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n");
        _machine.Write("etc/hosts", "127.0.0.1 localhost\n");
        _machine.Write("etc/os-release", "ID=debian\n");
        _machine.Write("etc/ssh/sshd_config", "PermitRootLogin no\n# root\n");
        _machine.Write("usr/bin/tool", "tool");
        _machine.Write("usr/share/doc/x/copyright", "the gnu general Public License\n");
        _machine.Write("usr/lib/libx.so.1", new byte[3 << 20]);
        _machine.Write("var/lib/dpkg/info/x.list", "/.\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/bin/link\n/etc/hosts\n/etc/gone\n");
        _machine.Write("var/lib/dpkg/status",
            "Package: x\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: a <a@example.com>\nDescription: x\nVersion: 1\n"
            + "\nPackage: y\nStatus: deinstall ok config-files\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: "
            + "y\nVersion: 2\n");
        _machine.Run(
            "chmod 4755 usr/bin/tool; ln -s tool usr/bin/link; ln usr/bin/tool usr/bin/other; md5sum usr/bin/tool > "
            + "var/lib/dpkg/info/x.md5sums; chown 1000:1000 etc/hosts; mkfifo etc/pipe; mknod etc/null c 1 3; touch \"etc/$(printf "
            + "'odd\\n\\351')\"");
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", _machine.Path, Disk, "16M");

        // .NET cannot delete such a name.
        _machine.Run("rm etc/odd*");
    }

    private string Disk => _machine.Files["machine.img"];

    [Fact]
    public void AnswersAreThoseOfBruteForce()
    {
        (int exitCode, string output) = Judge("answers.sh", MigProgram.Path, Disk);
        Assert.True(exitCode == 0, output);
        Assert.EndsWith(" 0 wrong\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void BruteForceFindsAnAnswerThatIsWrong()
    {
        (int exitCode, string output) = Judge("answers.sh", Liar("search", "s/passwd/passed/g"), Disk);
        Assert.Equal(1, exitCode);
        Assert.Contains("WRONG: search --name passwd: 2 differences", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ForeignImagesAreExactAndListedAsOthersListThem()
    {
        string folder = _machine.Files["foreign"], other = Path.Combine(folder, "other.img");
        Directory.CreateDirectory(folder);
        Tool.Run("bash", "-euc",
            $"gzip -c '{Disk}' > '{folder}/machine.img.gz'; truncate -s 2M '{other}'; mkfs.fat '{other}' > /dev/null; mcopy -i '{other}' "
            + $"'{_machine.Path}/etc/hosts' ::/Hosts.txt");
        (int exitCode, string output) = Judge("foreign.sh", MigProgram.Path, folder);
        Assert.True(exitCode == 0, output);
        Assert.Contains("2 files, 2 exact, 0 refused, 2 looked into", output, StringComparison.Ordinal);
        (exitCode, output) = Judge("foreign.sh", Liar("ls", "s/Hosts.txt/Hosts.old/g"), folder, "other.img");
        Assert.Equal(1, exitCode);
        Assert.Contains("UNEXPLAINED: the disk: /Hosts.txt: mtools lists it as file, mig does not", output, StringComparison.Ordinal);
    }

    public void Dispose() => _machine.Dispose();

    // A mig whose answers of one verb are edited.
    private string Liar(string verb, string edit)
    {
        string path = _machine.Files["liar"];
        File.WriteAllText(
            path, $"#!/bin/sh\n[ \"$3\" = {verb} ] || exec '{MigProgram.Path}' \"$@\"\n'{MigProgram.Path}' \"$@\" | sed '{edit}'\n");
        Tool.Run("chmod", "755", path);
        return path;
    }

    private (int ExitCode, string Output) Judge(string script, string mig, params string[] arguments)
    {
        string eng = Checkout.PathOf("eng");
        return Tool.Try("env", [$"MIG={mig}", $"TMPDIR={_machine.Files.Path}", Path.Combine(eng, script), .. arguments]);
    }
}
