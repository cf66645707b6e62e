using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Images.Running;

/// <summary>What a run needs on this machine, in a folder that only this user enters. Goes with all that is in it.</summary>
internal sealed class RunFolder : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Program = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;

    // Each that may be there: what is not known is not deleted, least of all what lies behind a mount.
    private static readonly string[] Files = ["filter", "policy-rc.d", "resolv.conf", "stub-resolv.conf", "exit",
        "bin/systemctl", "bin/start-stop-daemon"];

    public RunFolder(bool hasNetwork)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Sandbox.Require() comes first");
        Path = Directory.CreateTempSubdirectory("mig-run-").FullName; // mode 700
        Directory.CreateDirectory(Disks, Private);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "bin"), Program);
        File.WriteAllBytes(this["filter"], SyscallFilter.Build(RuntimeInformation.ProcessArchitecture));
        Write("policy-rc.d", RunScript.PolicyRcD);
        Write("bin/systemctl", RunScript.Systemctl);
        Write("bin/start-stop-daemon", RunScript.StartStopDaemon);
        if (hasNetwork && File.Exists("/etc/resolv.conf"))
            Write("resolv.conf", File.ReadAllText("/etc/resolv.conf"));
    }

    public string Path { get; }

    /// <summary>Where the disks are shown.</summary>
    public string Disks => System.IO.Path.Combine(Path, "disks");

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>The exit code of the command; null when it did not run to its end.</summary>
    public int? ReadExitCode() => File.Exists(this["exit"])
        && int.TryParse(File.ReadAllText(this["exit"]), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out int code) ? code : null;

    public void Dispose()
    {
        foreach (string name in Files)
            HostFiles.Delete(this[name]);
        foreach (string folder in Directory.EnumerateDirectories(Path).Append(Path))
            Directory.Delete(folder);
    }

    private void Write(string name, string text)
    {
        File.WriteAllText(this[name], text, new UTF8Encoding(false));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(this[name], Program);
    }
}
