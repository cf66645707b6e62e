using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>FAT32, as firmware boots from.</summary>
public sealed class Fat32WriterContractTests : FileSystemWriterContract
{
    protected override void Make(string image, string folder) => FatImages.MakeFromFolder(image, 33_400, "-F 32 -s 1", folder);

    protected override string? FindComplaint(string image) => FatImages.FindComplaint(image);

    protected override void CopyOut(string image, string folder) => FatImages.CopyOut(image, folder);
}
