using System.Runtime.InteropServices;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// An image whose programs want out: what they try fails inside, and on this machine nothing has changed. Each is tried outside first,
/// where
/// it has to succeed, or the test would show nothing.
/// </summary>
public sealed class RunEscapeTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Theory]
    [InlineData("a setting of the kernel",
        "test -w /proc/sys/kernel/core_pattern && cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern")]
    [InlineData("a file system of the kernel", "mkdir -p /tmp/m && mount -t tmpfs x /tmp/m && umount /tmp/m")]
    [InlineData("a namespace of its own", "unshare -m true")]
    [InlineData("the file system around it", "test -e /etc/debian_version")]
    [InlineData("processes outside", "test $(ls -d /proc/[0-9]* | wc -l) -gt 6")]
    [InlineData("the disks of the machine", "ls /sys/block/*/dev && cat /proc/partitions | grep -q [0-9]")]
    [InlineData("another root", "mkdir -p /tmp/r && chroot / sh -c 'test -e /etc/debian_version'")]
    public void WhatWorksOutsideFailsInside(string what, string script)
    {
        Assert.NotEmpty(what);
        Commit();
        Assert.Equal(0, Tool.Try("busybox", "sh", "-c", script).ExitCode);
        (int code, string output) = Run("sh", "-c", "echo inside; " + script);
        Assert.True(code is not 0 and < 126 && output.Contains("inside", StringComparison.Ordinal), $"{code}: {output}");
    }

    // A node for the disk of the host can be made, as packages make some, and opens nothing.
    [Theory]
    [InlineData("/tmp")]
    [InlineData("/var")]
    [InlineData("/dev")]
    [InlineData("/run")]
    public void DevicesThatAreMadeOpenNothing(string folder)
    {
        Commit();
        (int code, string output) = Run("sh", "-c", $"mknod {folder}/made c 1 3 && echo x > {folder}/made");
        Assert.True(code is 1 or 2 && output.Contains("denied", StringComparison.OrdinalIgnoreCase), $"{code}: {output}");
    }

    // Links of the image in the places where something is lent or mounted.
    [Theory]
    [InlineData("ln -s /oldroot/HOST \"$1\"/usr/sbin/policy-rc.d")]
    [InlineData("rm -r \"$1\"/usr/sbin; ln -s HOST \"$1\"/usr/sbin")]
    [InlineData("rm -f \"$1\"/etc/resolv.conf; ln -s HOST/made \"$1\"/etc/resolv.conf")]
    [InlineData("rm -r \"$1\"/data; ln -s HOST \"$1\"/data; echo 'LABEL=x /data ext4' > \"$1\"/etc/fstab")]
    [InlineData("rm -r \"$1\"/run \"$1\"/tmp; ln -s HOST \"$1\"/run; ln -s HOST \"$1\"/tmp")]
    [InlineData("rm -r \"$1\"/proc \"$1\"/dev \"$1\"/sys; ln -s HOST \"$1\"/proc; ln -s HOST \"$1\"/dev; ln -s HOST \"$1\"/sys")]
    public void LinksOfTheImageLeadNowhere(string trap)
    {
        string host = Directory.CreateDirectory(_repository.Files["host"]).FullName;
        string secret = Path.Combine(host, "secret");
        File.WriteAllText(secret, "of the host");
        Commit(root => Tool.RunScript(trap.Replace("HOST", host, StringComparison.Ordinal), root));
        (int code, string output) = Run("--net", "sh", "-c", $"echo inside; cat {secret} && echo gone > {secret}; touch {host}/made; true");
        Assert.DoesNotContain("of the host", output, StringComparison.Ordinal);
        Assert.Equal("of the host", File.ReadAllText(secret));
        Assert.Equal([secret], Directory.GetFileSystemEntries(host));
        Assert.True(output.Contains("inside", StringComparison.Ordinal) ? code == 0 : code != 0, $"{code}: {output}");
    }

    // What a shell cannot call is tried by number: numbers of this architecture's system calls, with arguments that work outside.
    [Fact]
    public void SystemCallsThatReachOutAreRefused()
    {
        const string Try = """
            import ctypes, errno, fcntl, socket, sys
            libc = ctypes.CDLL(None, use_errno=True)
            calls = {"x86_64": {"bpf": 321, "perf": 298, "keyctl": 250, "ptrace": 101, "unshare": 272, "setns": 308, "handle": 304, "kexec": 246,
                                "module": 313, "io_uring": 425, "clone3": 435, "fsopen": 430, "x32": 0x40000000 + 39}}["x86_64"]
            for name, number in calls.items():
                ctypes.set_errno(0)
                result = libc.syscall(number, 0, 0, 0, 0, 0)
                print(name, result, errno.errorcode.get(ctypes.get_errno(), "-"))
            for family in (17, 38, 31, 21):
                try: socket.socket(family, socket.SOCK_RAW, 0); print("socket", family, "open")
                except OSError as e: print("socket", family, errno.errorcode[e.errno])
            try: fcntl.ioctl(0, 0x5412, b"x"); print("push open")
            except OSError as e: print("push", errno.errorcode[e.errno])
            ctypes.set_errno(0); print("clone", libc.syscall(56, 0x10000000, 0, 0, 0, 0), errno.errorcode.get(ctypes.get_errno(), "-"))
            socket.socket(socket.AF_INET).close(); socket.socket(socket.AF_UNIX).close(); print("end")
            """;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return; // the numbers above are those of x64
        Commit(root => Tool.RunScript("""
            python=$(readlink -f /usr/bin/python3); mkdir -p "$1/usr/lib"
            cp "$python" "$1/bin/python3"; cp -rL /usr/lib/python3.* "$1/usr/lib/" 2>/dev/null || true
            rm -rf "$1"/usr/lib/python3.*/test "$1"/usr/lib/python3.*/config-*
            for each in "$python" "$1"/usr/lib/python3.*/lib-dynload/_ctypes*.so "$1"/usr/lib/python3.*/lib-dynload/*ssl*.so; do
              ldd "$each" | grep -o '/[^ )]*' | while read -r library; do mkdir -p "$1$(dirname "$library")"; cp -L "$library" "$1$library"; done
            done
            """, root), 256 << 20);
        _repository.Files.Write("try.py", Try);
        (int code, string output) = Run("--bind", $"{_repository.Files["try.py"]}:/run/try.py", "python3", "/run/try.py");
        Assert.True(code == 0, output);
        foreach (string name in (string[])["bpf", "perf", "keyctl", "ptrace", "unshare", "setns", "handle", "kexec", "module",
            "io_uring", "fsopen"])
            Assert.Contains($"{name} -1 EPERM\n", output, StringComparison.Ordinal);
        foreach (string line in (string[])["clone3 -1 ENOSYS", "x32 -1 ENOSYS", "clone -1 EPERM", "push EPERM", "socket 17 EPERM",
            "socket 38 EPERM", "end"])
            Assert.Contains(line + "\n", output, StringComparison.Ordinal);
    }

    public void Dispose() => _repository.Dispose();

    private void Commit(Action<string>? change = null, long length = 0)
    {
        string root = SmallSystem.In(_repository.Files["tree"]);
        change?.Invoke(root);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", root, _repository.Files.Sparse("disk", length > 0 ? length : 32 << 20));
        _repository.Commit("disk");
    }

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        int command = Array.FindIndex(arguments, word => word is "sh" or "python3");
        return MigProgram.Finish(MigProgram.Start([],
            ["--repo", _repository.Folder, "run", "main", .. arguments[..command], "--", .. arguments[command..]]));
    }
}
