namespace Mig.Exchange.Boots;

/// <summary>A machine, as it will be: all that was left open is decided.</summary>
internal sealed record BootPlan
{
    public required BootWay Way { get; init; }

    /// <summary>What its disks are called over NBD.</summary>
    public required IReadOnlyList<string> Exports { get; init; }

    public required BootBus Bus { get; init; }

    public required bool IsAccelerated { get; init; }

    public required long MemoryMegabytes { get; init; }

    public required int Processors { get; init; }

    public required bool HasNetwork { get; init; }

    public required IReadOnlyList<(int Host, int Guest)> Forwards { get; init; }

    /// <summary>Whether the network leads nowhere: the machine was suspended with one, and nobody asked for it now.</summary>
    public bool IsIsolated { get; init; }

    /// <summary>Whether it has a screen.</summary>
    public required bool HasScreen { get; init; }

    /// <summary>Whether that is shown in a window; else its serial line is on standard input and output.</summary>
    public required bool HasWindow { get; init; }

    /// <summary>Whether it may be suspended: then it learns that it goes on elsewhere.</summary>
    public bool CanSuspend { get; init; }

    /// <summary>The machine that goes on; null for one that starts.</summary>
    public SuspendedMachine? Suspended { get; init; }

    /// <summary>With <see cref="BootFirmware.Kernel"/>, what the kernel is told.</summary>
    public required string KernelParameters { get; init; }

    /// <summary>With <see cref="BootFirmware.Uefi"/>, the firmware; null where nobody has looked for it.</summary>
    public FirmwareFiles? Firmware { get; init; }

    /// <summary>QEMU's name of the machine.</summary>
    public string Machine => Suspended?.Machine ?? Architecture.Machine;

    public BootArchitecture Architecture => Way.Architecture;

    /// <summary>When firmware tries a disk, counted from 1: the one that starts the machine first, the others as they come.</summary>
    public int OrderOf(int disk) => disk == Way.Disk ? 1 : disk < Way.Disk ? disk + 2 : disk + 1;
}
