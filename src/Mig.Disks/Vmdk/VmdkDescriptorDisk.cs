using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Opens a disk whose descriptor stands alone in a file.</summary>
internal static class VmdkDescriptorDisk
{
    /// <summary>Opens the extents and takes over <paramref name="descriptorFile"/>, which is no longer needed then.</summary>
    public static DiskImage Open(FileSource descriptorFile, Limits limits, DiskOpenOptions options)
    {
        VmdkDescriptor descriptor = ReadDescriptor(descriptorFile, limits);
        var warnings = new DiskWarnings();
        var files = new Dictionary<string, FileSource>(StringComparer.Ordinal);
        var paths = new List<string> { descriptorFile.Path };
        var parts = new List<IByteSource>();
        try
        {
            foreach (ExtentLine extent in descriptor.Extents)
            {
                if (extent.Kind == ExtentKind.Zero)
                {
                    parts.Add(new ZeroSource(extent.SectorCount * SparseHeader.SectorSize));
                    continue;
                }

                string path = ExtentPath.Find(descriptorFile.Path, extent, options);
                if (!files.TryGetValue(path, out FileSource? file))
                {
                    files.Add(path, file = FileSource.Open(path));
                    paths.Add(path);
                }

                parts.Add(extent.Kind == ExtentKind.Flat ? OpenFlat(file, extent) : OpenSparse(file, extent, limits, warnings));
            }

            descriptorFile.Dispose();
            return new DiskImage(descriptorFile.Path, $"vmdk:{descriptor.CreateType}", new ConcatenatedSource(parts, files.Values), paths, warnings);
        }
        catch
        {
            foreach (FileSource file in files.Values)
                file.Dispose();
            throw;
        }
    }

    private static VmdkDescriptor ReadDescriptor(FileSource file, Limits limits)
    {
        if (file.Length > VmdkDescriptor.MaxLength)
            throw new CorruptImageException("VMDK-039", $"descriptor in {file.Path}: {file.Length} bytes, at most {VmdkDescriptor.MaxLength} allowed");
        byte[] text = new byte[file.Length];
        file.ReadExactly(0, text);
        return VmdkDescriptor.Parse(text, file.Path, limits);
    }

    private static SubSource OpenFlat(FileSource file, ExtentLine extent)
    {
        long fileSectorCount = file.Length / SparseHeader.SectorSize;
        if (extent.FileSector > fileSectorCount || extent.SectorCount > fileSectorCount - extent.FileSector)
            throw new CorruptImageException("VMDK-040", $"extent in line {extent.LineNumber}: {extent.SectorCount} sectors from {extent.FileSector} needed, but {file.Path} has {fileSectorCount}");
        return new SubSource(file, new ByteRange(extent.FileSector * SparseHeader.SectorSize, extent.SectorCount * SparseHeader.SectorSize));
    }

    private static SparseExtent OpenSparse(FileSource file, ExtentLine extent, Limits limits, DiskWarnings warnings)
    {
        byte[] head = new byte[Math.Min(SparseHeader.Size, file.Length)];
        file.ReadExactly(0, head);
        SparseLayout layout = VmdkFormat.ReadLayout(file, head, warnings);
        if (layout.Capacity != extent.SectorCount)
            throw new CorruptImageException("VMDK-041", $"extent in line {extent.LineNumber}: {extent.SectorCount} sectors, but the header of {file.Path} says {layout.Capacity}");
        return SparseExtent.Open(file, layout, limits, warnings);
    }
}
