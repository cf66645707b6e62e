using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>FAT12, as on a diskette.</summary>
public sealed class Fat12WriterContractTests : FileSystemWriterContract
{
    protected override void Make(string image, string folder) => FatImages.MakeFromFolder(image, 1440, "-F 12", folder);

    protected override string? FindComplaint(string image) => FatImages.FindComplaint(image);

    protected override void CopyOut(string image, string folder) => FatImages.CopyOut(image, folder);
}
