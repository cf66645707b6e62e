using System.Diagnostics;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Hooks;

namespace Mig.Exchange.Boots;

/// <summary>QEMU for a kind of processor, as it is on this machine.</summary>
/// <param name="Path">The program.</param>
/// <param name="IsConfined">Whether it can give up system calls.</param>
internal sealed record QemuProgram(string Path, bool IsConfined)
{
    private const string KvmDevice = "/dev/kvm";

    /// <exception cref="UnsupportedFeatureException">There is none; names the package.</exception>
    public static QemuProgram Find(BootArchitecture architecture, Func<string, string?> environment)
    {
        string path = HostPrograms.Find(architecture.Program, environment) ?? throw new UnsupportedFeatureException("starting machines",
            $"{architecture.Program} is not on this machine; on Debian the package {architecture.Package} has it");
        return new QemuProgram(path, CanConfine(path));
    }

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

    // A QEMU that was built without it refuses the word.
    private static bool CanConfine(string path)
    {
        var start = new ProcessStartInfo(path, ["-sandbox", "on", "-version"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = ChildSignals.Start(start);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.Wait();
        return process.ExitCode == 0;
    }
}
