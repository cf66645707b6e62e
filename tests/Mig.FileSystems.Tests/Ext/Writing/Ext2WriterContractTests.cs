using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>ext2, which has block maps and no checksums.</summary>
public sealed class Ext2WriterContractTests : FileSystemWriterContract
{
    protected override void Make(string image, string folder) => ExtImages.MakeFromFolder(image, "4M", "-t ext2 -b 1024", folder);

    protected override string? FindComplaint(string image) => ExtImages.FindComplaint(image);

    protected override void CopyOut(string image, string folder) => ExtImages.CopyOut(image, folder);
}
