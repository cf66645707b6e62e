namespace Mig.Disks.Vmdk;

/// <summary>
/// A line of a descriptor that says where a piece of the disk is. Offset and count are sectors; the offset is that of the piece in its
/// file.
/// </summary>
internal sealed record ExtentLine(int LineNumber, ExtentKind Kind, long SectorCount, string FileName, long FileSector);
