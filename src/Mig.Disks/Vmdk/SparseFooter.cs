using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Disks.Vmdk;

// Layout: VMware "Virtual Disk Format 5.0", "Stream-Optimized Compressed Sparse Extents". The last three sectors are
// the footer's marker (0x00 u64 sector count 1, 0x08 u32 size 0, 0x0C u32 type 3), the footer (a header), the end-of-stream marker (zeros).
/// <summary>The second header at the end of a streamed extent: it knows where the grain directory is.</summary>
internal static class SparseFooter
{
    private const int Length = 3 * SparseHeader.SectorSize;

    public static SparseLayout Read(FileSource file, SparseLayout header)
    {
        long offset = file.Length - Length;
        string where = $"{file.Path} at offset {offset}";
        if (offset < SparseHeader.Size)
            throw new CorruptImageException(
                "VMDK-014", $"footer of {file.Path}: the file has {file.Length} bytes, no room for header and footer");
        byte[] bytes = new byte[Length];
        file.ReadExactly(offset, bytes);
        ReadOnlySpan<byte> marker = bytes.AsSpan(0, SparseHeader.SectorSize);
        ReadOnlySpan<byte> end = bytes.AsSpan(2 * SparseHeader.SectorSize);
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(marker[StreamMarker.TypeOffset..]);
        if (type != StreamMarker.Footer || BinaryPrimitives.ReadUInt32LittleEndian(marker[StreamMarker.SizeOffset..]) != 0)
            throw new CorruptImageException(
                "VMDK-014",
                $"footer marker in {where}: type is {type}, {StreamMarker.Footer} expected: the file is cut off or has something after "
                + "its end");
        if (end[..16].ContainsAnyExcept((byte)0))
            throw new CorruptImageException("VMDK-014", $"end-of-stream marker in {where}: is not zero");
        SparseLayout footer = SparseLayout.From(SparseHeader.Parse(bytes.AsSpan(SparseHeader.SectorSize, SparseHeader.Size), where));
        if (footer.Capacity != header.Capacity || footer.GrainSectorCount != header.GrainSectorCount
            || footer.TableEntryCount != header.TableEntryCount || footer.IsCompressed != header.IsCompressed)
            throw new CorruptImageException(
                "VMDK-014",
                $"footer in {where}: {footer.Capacity} sectors in grains of {footer.GrainSectorCount}, but the header says "
                + $"{header.Capacity} in grains of {header.GrainSectorCount}");
        return header with { DirectoryOffset = footer.DirectoryOffset, RedundantDirectoryOffset = null };
    }
}
