namespace Mig.Exchange.Boots;

/// <summary>What starts a machine.</summary>
public enum BootFirmware
{
    /// <summary>The code in the first sector of a disk.</summary>
    Bios,

    /// <summary>A loader in an EFI system partition.</summary>
    Uefi,

    /// <summary>The newest kernel of the disk, without a loader.</summary>
    Kernel,
}
