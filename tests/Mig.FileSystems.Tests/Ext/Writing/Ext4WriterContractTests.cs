using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>ext4 with extents, a journal and checksums.</summary>
public sealed class Ext4WriterContractTests : FileSystemWriterContract
{
    protected override void Make(string image, string folder) =>
        ExtImages.MakeFromFolder(image, "8M", "-t ext4 -b 1024 -O metadata_csum", folder);

    protected override string? FindComplaint(string image) => ExtImages.FindComplaint(image);

    protected override void CopyOut(string image, string folder) => ExtImages.CopyOut(image, folder);
}
