namespace Mig.Disks.Qcow2;

/// <summary>Where the content of a piece of the disk is.</summary>
internal enum ClusterKind
{
    /// <summary>In the backing file; zeros when there is none.</summary>
    Backing,
    Zero,
    Data,
    Compressed,
}
