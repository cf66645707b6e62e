namespace Mig.Exchange.Boots;

/// <summary>How the disks of a machine start it.</summary>
/// <param name="Disk">The disk that does, counted from 0.</param>
/// <param name="Kernel">With <see cref="BootFirmware.Kernel"/>, what is started.</param>
internal sealed record BootWay(BootFirmware Firmware, BootArchitecture Architecture, int Disk, BootKernel? Kernel = null);
