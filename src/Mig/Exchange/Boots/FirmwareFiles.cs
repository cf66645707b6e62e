using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>UEFI firmware of this machine, for the machines that are started.</summary>
/// <param name="Code">Its code, which is only read.</param>
/// <param name="Variables">What its variables are in the beginning; each machine has a copy.</param>
internal sealed record FirmwareFiles(string Code, string Variables)
{
    // Where Debian, Fedora, Arch and SUSE have them.
    private static readonly (BootArchitecture Architecture, string Code, string Variables)[] Places =
    [
        (BootArchitecture.X64, "usr/share/OVMF/OVMF_CODE_4M.fd", "usr/share/OVMF/OVMF_VARS_4M.fd"),
        (BootArchitecture.X64, "usr/share/OVMF/OVMF_CODE.fd", "usr/share/OVMF/OVMF_VARS.fd"),
        (BootArchitecture.X64, "usr/share/edk2/ovmf/OVMF_CODE.fd", "usr/share/edk2/ovmf/OVMF_VARS.fd"),
        (BootArchitecture.X64, "usr/share/edk2/x64/OVMF_CODE.4m.fd", "usr/share/edk2/x64/OVMF_VARS.4m.fd"),
        (BootArchitecture.X64, "usr/share/qemu/ovmf-x86_64-code.bin", "usr/share/qemu/ovmf-x86_64-vars.bin"),
        (BootArchitecture.Arm64, "usr/share/AAVMF/AAVMF_CODE.fd", "usr/share/AAVMF/AAVMF_VARS.fd"),
        (BootArchitecture.Arm64, "usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", "usr/share/edk2/aarch64/vars-template-pflash.raw"),
        (BootArchitecture.Arm64, "usr/share/qemu/aavmf-aarch64-code.bin", "usr/share/qemu/aavmf-aarch64-vars.bin"),
    ];

    /// <param name="root">Below which it is looked for.</param>
    /// <exception cref="UnsupportedFeatureException">There is none here; names the package.</exception>
    public static FirmwareFiles Find(BootArchitecture architecture, string root = "/")
    {
        foreach ((BootArchitecture of, string code, string variables) in Places)
        {
            var files = new FirmwareFiles(Path.Combine(root, code), Path.Combine(root, variables));
            if (of == architecture && File.Exists(files.Code) && File.Exists(files.Variables))
                return files;
        }

        throw new UnsupportedFeatureException("UEFI",
            $"there is no firmware for {architecture.Name} on this machine; on Debian the package {architecture.FirmwarePackage} has it");
    }
}
