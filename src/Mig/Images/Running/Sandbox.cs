using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Running;

/// <summary>
/// How a command of an image is shut in: by bubblewrap (bwrap(1)), in namespaces of its own for mounts, processes, host names, messages
/// and,
/// unless it is lent, the network; with the capabilities that package managers need, and without the system calls of
/// <see cref="SyscallFilter"/>.
/// </summary>
internal static class Sandbox
{
    private const string SearchPath = $"{RunScript.Programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Capabilities =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETUID", "SYS_CHROOT"];

    // A new procfs shows the whole kernel, and root may write to it, without any capability (bubblewrap covers some, where it can).
    private static readonly string[] KernelSettings = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"];

    private static readonly string[] KernelSecrets =
    [
        "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/timer_stats", "/proc/latency_stats", "/proc/sched_debug",
        "/proc/acpi", "/proc/asound", "/proc/scsi", "/proc/driver", "/proc/mtrr", "/proc/kallsyms", "/proc/kmsg", "/proc/kpagecount",
        "/proc/kpageflags", "/proc/kpagecgroup", "/proc/vmallocinfo", "/proc/slabinfo", "/proc/swaps", "/proc/partitions", "/proc/diskstats",
    ];

    private static readonly (string Program, string Package)[] Needed =
        [("bwrap", "bubblewrap"), ("setpriv", "util-linux"), ("unshare", "util-linux"), ("mount", "mount")];

    /// <exception cref="UnsupportedFeatureException">This is not root, or a program is missing.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux())
            throw new UnsupportedFeatureException("running commands on this system", "Linux can");
        if (HostUser.Id != HostUser.Root)
            throw new UnsupportedFeatureException(
                "running commands without root", "only root may mount the file systems of disks; edits such as 'mig put' need no root");
        foreach ((string program, string package) in Needed)
        {
            if (HostPrograms.Find(program, Environment.GetEnvironmentVariable) is null)
                throw new UnsupportedFeatureException($"running commands without {program}", $"install it (package {package})");
        }
    }

    /// <exception cref="UsageException">Something is asked for that is not possible.</exception>
    public static void Check(RunRequest request)
    {
        if (request.Command is [] or ["", ..])
            throw new UsageException("say which command to run, after --");
        foreach (RunBind bind in request.Binds)
        {
            if (!bind.To.StartsWith("/run/", StringComparison.Ordinal) && !bind.To.StartsWith("/tmp/", StringComparison.Ordinal))
                throw new UsageException($"'{bind.To}' is not below /run or /tmp, which are empty in the image and go with the command");
            if (bind.To.Split('/').Contains("..") || bind.To.StartsWith("/run/mig", StringComparison.Ordinal))
                throw new UsageException($"nothing can be lent at '{bind.To}'");
            if (!Path.Exists(bind.From))
                throw new NotFoundException($"{bind.From}, which is to be lent, does not exist");
        }
    }

    /// <summary>Returns the command line that runs the command in the mounted volumes.</summary>
    public static IEnumerable<string> Command(RunFolder folder, IReadOnlyList<RunMount> mounts, RunRequest request)
    {
        List<string> words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--hostname", "image"];
        if (!request.Network)
            words.Add("--unshare-net");
        for (int i = 0; i < mounts.Count; i++)
            words.AddRange(["--bind", folder[$"volume{i}"], "/" + mounts[i].Path]);
        words.AddRange(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/sys", "--remount-ro", "/sys", "--tmpfs", "/run", "--tmpfs", "/tmp",
            "--perms", "1777", "--dir", "/run/lock", "--chmod", "1777", "/tmp"]);
        foreach (string path in KernelSettings.Where(Path.Exists))
            words.AddRange(["--ro-bind", path, path]);
        foreach (string path in KernelSecrets.Where(Path.Exists))
            words.AddRange(Directory.Exists(path) ? ["--tmpfs", path, "--remount-ro", path] : ["--ro-bind", "/dev/null", path]);
        words.AddRange(["--ro-bind", folder["bin"], RunScript.Programs,
            "--ro-bind-try", folder["policy-rc.d"], "/usr/sbin/policy-rc.d", "--ro-bind-try", folder["resolv.conf"], "/etc/resolv.conf",
            "--ro-bind-try", folder["stub-resolv.conf"], "/run/systemd/resolve/stub-resolv.conf"]);
        foreach (RunBind bind in request.Binds)
            words.AddRange([bind.IsWritable ? "--bind" : "--ro-bind", Path.GetFullPath(bind.From), bind.To]);
        words.Add("--clearenv");
        foreach ((string name, string value) in Variables(request))
            words.AddRange(["--setenv", name, value]);
        words.AddRange(["--chdir", request.WorkingFolder, "--seccomp", "9", "--cap-drop", "ALL"]);
        foreach (string capability in Capabilities)
            words.AddRange(["--cap-add", "CAP_" + capability]);
        return words.Append("--").Concat(request.Command);
    }

    /// <summary>Returns the whole environment of the command.</summary>
    public static Dictionary<string, string> Variables(RunRequest request)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = SearchPath,
            ["HOME"] = "/root",
            ["LANG"] = "C.UTF-8",
            ["TERM"] = Environment.GetEnvironmentVariable("TERM") ?? "dumb",
            ["DEBIAN_FRONTEND"] = "noninteractive",
            ["SYSTEMD_OFFLINE"] = "1",
        };
        foreach ((string name, string value) in request.Variables)
            variables[name] = value;
        return variables;
    }
}
