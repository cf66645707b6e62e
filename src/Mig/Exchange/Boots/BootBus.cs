namespace Mig.Exchange.Boots;

/// <summary>What a machine takes its disks for.</summary>
public enum BootBus
{
    /// <summary>virtio-blk: fast; Linux, and systems with its drivers.</summary>
    Virtio,

    /// <summary>virtio-scsi.</summary>
    Scsi,

    /// <summary>AHCI: all systems know it.</summary>
    Sata,

    /// <summary>NVMe.</summary>
    Nvme,
}
