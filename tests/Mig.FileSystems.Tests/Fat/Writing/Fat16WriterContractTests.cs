using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>FAT16.</summary>
public sealed class Fat16WriterContractTests : FileSystemWriterContract
{
    protected override void Make(string image, string folder) => FatImages.MakeFromFolder(image, 4300, "-F 16 -s 1", folder);

    protected override string? FindComplaint(string image) => FatImages.FindComplaint(image);

    protected override void CopyOut(string image, string folder) => FatImages.CopyOut(image, folder);
}
