using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Opens a disk whose descriptor stands alone in a file.</summary>
internal static class VmdkDescriptorDisk
{
    /// <summary>Opens the extents and takes over <paramref name="descriptorFile"/>.</summary>
    public static DiskImage Open(FileSource descriptorFile, bool isForced, Limits limits, DiskOpenOptions options)
    {
        VmdkDescriptor descriptor = ReadDescriptor(descriptorFile, limits);
        DiskWarnings warnings = options.Warnings ?? new DiskWarnings(descriptorFile.Path);
        VmdkExtras.Warn(descriptorFile.Path, descriptor, warnings);
        var files = new Dictionary<string, FileSource>(StringComparer.Ordinal);
        var all = new List<FileSource> { descriptorFile };
        var parts = new List<IByteSource>();
        DiskImage? parent = ParentDisk.Open(descriptorFile.Path, descriptor, isForced, warnings, limits, options);
        long start = 0;
        try
        {
            foreach (ExtentLine extent in descriptor.Extents)
            {
                if (extent.Kind == ExtentKind.Zero)
                {
                    parts.Add(new ZeroSource(extent.SectorCount * SparseHeader.SectorSize));
                    start += parts[^1].Length;
                    continue;
                }

                string path = ExtentPath.Find(descriptorFile.Path, extent, options);
                if (!files.TryGetValue(path, out FileSource? file))
                {
                    files.Add(path, file = options.OpenFile(path));
                    all.Add(file);
                }

                parts.Add(extent.Kind == ExtentKind.Flat ? OpenFlat(file, extent)
                    : OpenSparse(file, extent, Window(parent, start, extent), limits, warnings));
                start += parts[^1].Length;
            }

            IEnumerable<IDisposable> owned = parent is null ? all : all.Append<IDisposable>(parent);
            return new DiskImage(descriptorFile.Path, $"vmdk:{descriptor.CreateType}", new ConcatenatedSource(parts, owned),
                [.. all, .. parent?.Sources ?? []], warnings)
            { ContentId = descriptor.ContentId };
        }
        catch
        {
            foreach (FileSource file in files.Values)
                file.Dispose();
            parent?.Dispose();
            throw;
        }
    }

    private static VmdkDescriptor ReadDescriptor(FileSource file, Limits limits)
    {
        if (file.Length > VmdkDescriptor.MaxLength)
            throw new CorruptImageException(
                "VMDK-039", $"descriptor in {file.Path}: {file.Length} bytes, at most {VmdkDescriptor.MaxLength} allowed");
        byte[] text = new byte[file.Length];
        file.ReadExactly(0, text);
        return VmdkDescriptor.Parse(text, file.Path, limits);
    }

    private static SubSource OpenFlat(FileSource file, ExtentLine extent)
    {
        long fileSectorCount = file.Length / SparseHeader.SectorSize;
        if (extent.FileSector > fileSectorCount || extent.SectorCount > fileSectorCount - extent.FileSector)
            throw new CorruptImageException(
                "VMDK-040",
                $"extent in line {extent.LineNumber}: {extent.SectorCount} sectors from {extent.FileSector} needed, but {file.Path} has "
                + $"{fileSectorCount}");
        return new SubSource(file, new ByteRange(
            extent.FileSector * SparseHeader.SectorSize, extent.SectorCount * SparseHeader.SectorSize));
    }

    // The parent as an extent sees it: from where the extent begins on the disk.
    private static SubSource? Window(DiskImage? parent, long start, ExtentLine extent)
    {
        if (parent is null)
            return null;
        long offset = Math.Min(start, parent.Content.Length);
        return new SubSource(parent.Content,
            new ByteRange(offset, Math.Min(extent.SectorCount * SparseHeader.SectorSize, parent.Content.Length - offset)));
    }

    private static SparseExtent OpenSparse(FileSource file, ExtentLine extent, SubSource? parent, Limits limits, DiskWarnings warnings)
    {
        byte[] head = new byte[Math.Min(SparseHeader.Size, file.Length)];
        file.ReadExactly(0, head);
        SparseLayout layout = VmdkFormat.ReadLayout(file, head, warnings);
        if (layout.Capacity != extent.SectorCount)
            throw new CorruptImageException("VMDK-041",
                $"extent in line {extent.LineNumber}: {extent.SectorCount} sectors, but the header of {file.Path} says {layout.Capacity}");
        return SparseExtent.Open(file, layout, parent, limits, warnings);
    }
}
