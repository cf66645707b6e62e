namespace Mig.Disks.Volumes;

/// <summary>What a volume holds that mig does not look into, as far as it matters to answers about the machine.</summary>
public enum VolumeContent
{
    /// <summary>Nothing but zeros.</summary>
    Empty,

    /// <summary>Swap space.</summary>
    Swap,

    /// <summary>Something with a name.</summary>
    Known,

    /// <summary>Something else.</summary>
    Unknown,
}
