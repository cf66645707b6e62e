using Mig.Core;
using Mig.Disks.Partitions;
using Mig.FileSystems;

namespace Mig.Images.Ingest;

/// <summary>
/// A volume while its disk is taken in; source, file system and scan are null when it is residue, and then the reason says why.
/// </summary>
internal sealed record OpenVolume(Partition Partition, IByteSource? Source, IFileSystem? FileSystem, VolumeScan? Scan, string Reason);
