namespace Mig.Disks.Qcow2;

/// <summary>A run of the disk that is of one kind, and whole in the file where it is data.</summary>
/// <param name="FileOffset">Where it begins in the file; for a compressed cluster, the table entry.</param>
/// <param name="Length">Bytes. A compressed run ends with its cluster.</param>
internal readonly record struct ClusterRun(ClusterKind Kind, long FileOffset, long Length);
