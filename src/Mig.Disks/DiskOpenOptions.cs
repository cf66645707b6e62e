namespace Mig.Disks;

/// <summary>What the user allows when a disk is opened. The defaults are safe for images that come from strangers.</summary>
public sealed record DiskOpenOptions
{
    public static DiskOpenOptions Default { get; } = new();

    /// <summary>Whether a descriptor may name files outside its own folder.</summary>
    public bool AllowFilesOutsideFolder { get; init; }
}
