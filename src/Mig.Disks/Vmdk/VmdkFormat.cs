using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Opens VMDK disks: a sparse extent with its descriptor inside, or a descriptor that names its extents.</summary>
internal static class VmdkFormat
{
    public const string MonolithicSparse = "vmdk:monolithicSparse";
    public const string MonolithicFlat = "vmdk:monolithicFlat";
    public const string StreamOptimized = "vmdk:streamOptimized";

    /// <summary>Opens a disk and takes over <paramref name="file"/>.</summary>
    /// <param name="isForced">Whether the user named the format: then an extent without descriptor is taken for a whole disk.</param>
    public static DiskImage Open(FileSource file, bool isForced, Limits limits, DiskOpenOptions options)
    {
        byte[] head = new byte[Math.Min(SparseHeader.Size, file.Length)];
        file.ReadExactly(0, head);
        return FormatProbe.BeginsDescriptor(head) ? VmdkDescriptorDisk.Open(file, isForced, limits, options)
            : OpenSingle(file, head, isForced, limits, options);
    }

    /// <summary>Reads the header of an extent.</summary>
    public static SparseLayout ReadLayout(FileSource file, ReadOnlySpan<byte> head, DiskWarnings warnings)
    {
        SparseHeader header = SparseHeader.Parse(head, file.Path);
        ulong fileSectorCount = (ulong)(file.Length / SparseHeader.SectorSize);
        bool isInside = header.DescriptorOffset <= fileSectorCount && header.DescriptorSectorCount <= fileSectorCount
            - header.DescriptorOffset;
        if (header.DescriptorOffset != 0
            && (header.DescriptorSectorCount is 0 or > VmdkDescriptor.MaxLength / SparseHeader.SectorSize || !isInside))
            throw new CorruptImageException(
                "VMDK-012",
                $"sparse header in {file.Path}: descriptor at sector {header.DescriptorOffset}, {header.DescriptorSectorCount} sectors "
                + $"long; 1 to {VmdkDescriptor.MaxLength / SparseHeader.SectorSize} within the {fileSectorCount} of the file allowed");
        if (header.IsUnclean)
            warnings.Add(file.Path, "was not closed cleanly by the product that wrote it; its last writes may be missing");
        return SparseLayout.From(header);
    }

    private static DiskImage OpenSingle(FileSource file, ReadOnlySpan<byte> head, bool isForced, Limits limits, DiskOpenOptions options)
    {
        DiskWarnings warnings = options.Warnings ?? new DiskWarnings(file.Path);
        SparseLayout layout = ReadLayout(file, head, warnings);
        VmdkDescriptor? descriptor = ReadEmbeddedDescriptor(file, SparseHeader.Parse(head, file.Path), isForced, limits);
        VmdkExtras.Warn(file.Path, descriptor, warnings);
        DiskImage? parent = descriptor is null ? null : ParentDisk.Open(file.Path, descriptor, isForced, warnings, limits, options);
        try
        {
            SparseExtent extent = SparseExtent.Open(file, layout, parent?.Content, limits, warnings);
            FileSource[] files = [file, .. parent?.Sources ?? []];
            return new DiskImage(file.Path, extent.IsCompressed ? StreamOptimized : MonolithicSparse, extent, files,
                warnings)
            { ContentId = descriptor?.ContentId };
        }
        catch
        {
            parent?.Dispose();
            throw;
        }
    }

    // The extents that an embedded descriptor names are never opened: the bytes may come from inside a guest.
    private static VmdkDescriptor? ReadEmbeddedDescriptor(FileSource file, in SparseHeader header, bool isForced, Limits limits)
    {
        long offset = (long)header.DescriptorOffset * SparseHeader.SectorSize;
        byte[] text = new byte[offset == 0 ? 0 : (int)header.DescriptorSectorCount * SparseHeader.SectorSize];
        file.ReadExactly(offset, text);
        // The parts of a split disk have no descriptor, or keep room for one.
        if (ZeroBytes.IsZero(text))
        {
            if (!isForced && !header.IsCompressed)
                throw new UnsupportedFeatureException(
                    "a VMDK extent without descriptor",
                    $"{file.Path} is one part of a disk; open the descriptor that names it, or force --input-format vmdk to take the part "
                    + "for a disk");
            return null;
        }

        VmdkDescriptor descriptor = VmdkDescriptor.Parse(text, $"{file.Path} at offset {offset}", limits);
        if (descriptor.Extents is not [{ Kind: ExtentKind.Sparse }])
            throw new UnsupportedFeatureException(
                "an embedded VMDK descriptor of other files",
                $"{file.Path} names {descriptor.Extents.Count} extents, the first in line {descriptor.Extents[0].LineNumber}; one sparse "
                + "extent, the file itself, expected");
        return descriptor;
    }
}
