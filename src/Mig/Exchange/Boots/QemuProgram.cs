using System.Diagnostics;
using System.Text.RegularExpressions;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Hooks;

namespace Mig.Exchange.Boots;

/// <summary>QEMU for a kind of processor, as it is on this machine.</summary>
/// <param name="Path">The program.</param>
/// <param name="IsConfined">Whether it can give up system calls.</param>
/// <param name="Version">Its version, such as <c>7.2.22</c>; empty when it does not say.</param>
internal sealed partial record QemuProgram(string Path, bool IsConfined, string Version)
{
    private const string KvmDevice = "/dev/kvm";

    /// <exception cref="UnsupportedFeatureException">There is none; names the package.</exception>
    public static QemuProgram Find(BootArchitecture architecture, Func<string, string?> environment)
    {
        string path = HostPrograms.Find(architecture.Program, environment) ?? throw new UnsupportedFeatureException("starting machines",
            $"{architecture.Program} is not on this machine; on Debian the package {architecture.Package} has it");
        // A QEMU that was built without it refuses the word.
        (int code, string text) = Ask(path, "-sandbox", "on", "-version");
        return new QemuProgram(path, code == 0, VersionText().Match(code == 0 ? text : Ask(path, "-version").Text).Groups[1].Value);
    }

    /// <summary>Whether it knows a machine by a name.</summary>
    public bool HasMachine(string name) => Ask(Path, "-machine", "help").Text.Split('\n')
        .Any(line => line.Split(' ')[0] == name);

    /// <summary>
    /// Why the processor of this machine cannot run machines of a kind for this user, as a half-sentence; null when it may.
    /// </summary>
    public static string? FindKvmFault(BootArchitecture architecture)
    {
        string own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => BootArchitecture.X64.Name,
            System.Runtime.InteropServices.Architecture.Arm64 => BootArchitecture.Arm64.Name,
            _ => "another kind",
        };
        if (own != architecture.Name)
            return $"this machine is {own}, and the version is for {architecture.Name}";
        try
        {
            using FileStream device = new(KvmDevice, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return null;
        }
        catch (FileNotFoundException)
        {
            return $"{KvmDevice} does not exist";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"this user may not open {KvmDevice}; on Debian 'adduser USER kvm' lets it";
        }
    }

    [GeneratedRegex("version ([0-9]+(\\.[0-9]+)+)")]
    private static partial Regex VersionText();

    private static (int Code, string Text) Ask(string path, params string[] words)
    {
        var start = new ProcessStartInfo(path, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = ChildSignals.Start(start);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.Wait();
        return (process.ExitCode, text);
    }
}
