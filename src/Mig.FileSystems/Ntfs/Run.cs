namespace Mig.FileSystems.Ntfs;

/// <summary>A run of clusters of a value.</summary>
/// <param name="Vcn">The first cluster of the value.</param>
/// <param name="Count">Clusters.</param>
/// <param name="Lcn">The first cluster on the volume; -1 for a hole.</param>
internal readonly record struct Run(long Vcn, long Count, long Lcn)
{
    public long End => Vcn + Count;

    public bool IsHole => Lcn < 0;
}
