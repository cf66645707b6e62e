using System.Buffers.Binary;

namespace Mig.Exchange.Boots;

/// <summary>A kind of processor, and what a machine with it is made of.</summary>
/// <param name="Name">As <c>uname -m</c> has it, and QEMU's program.</param>
/// <param name="Package">The Debian package with that program.</param>
/// <param name="Machine">QEMU's machine.</param>
/// <param name="SerialDevice">Linux's name of the serial line.</param>
/// <param name="LoaderName">The file in <c>/EFI/BOOT</c> that firmware starts, in upper case.</param>
/// <param name="FirmwarePackage">The Debian package with UEFI firmware.</param>
internal sealed record BootArchitecture(
    string Name, string Package, string Machine, string SerialDevice, string LoaderName, string FirmwarePackage)
{
    public static readonly BootArchitecture X64 =
        new("x86_64", "qemu-system-x86", "q35", "ttyS0", "BOOTX64.EFI", "ovmf");

    public static readonly BootArchitecture Arm64 =
        new("aarch64", "qemu-system-arm", "virt", "ttyAMA0", "BOOTAA64.EFI", "qemu-efi-aarch64");

    public static readonly BootArchitecture[] All = [X64, Arm64];

    /// <summary>Bytes of a kernel's file that <see cref="OfKernel"/> wants.</summary>
    public const int KernelHeadSize = 0x208;

    public string Program => "qemu-system-" + Name;

    /// <summary>The kind that a kernel is for; null when it is none that can be started without a loader.</summary>
    /// <remarks>Linux, Documentation/arch/x86/boot.rst ("HdrS" at 0x202) and arch/arm64/booting.rst ("ARM\x64" at 0x38).</remarks>
    public static BootArchitecture? OfKernel(ReadOnlySpan<byte> head)
    {
        if (head.Length < KernelHeadSize)
            return null;
        if (BinaryPrimitives.ReadUInt16LittleEndian(head[0x1FE..]) == 0xAA55 && head[0x202..].StartsWith("HdrS"u8))
            return X64;
        return head[0x38..].StartsWith("ARM\x64"u8) ? Arm64 : null;
    }
}
