using Mig.Core;
using Mig.History.Images;

namespace Mig.Images.Browse;

/// <summary>The image of a version: the disks of a machine, and every file in them.</summary>
/// <remarks>Never changes; may be used from several threads as long as the repository is open.</remarks>
public sealed class VersionImage
{
    private readonly ImageBrowser _browser;
    private readonly MachineImage _image;

    internal VersionImage(ImageBrowser browser, MachineImage image) => (_browser, _image) = (browser, image);

    /// <summary>The disks, in the order in which they were committed.</summary>
    public IReadOnlyList<ImageDisk> Disks => _image.Disks;

    /// <summary>
    /// All that stands in the volumes that mig looked into, directories and links included, each directory before what is in it, without
    /// the roots. Directories are read as they are come to; <see cref="ImageBrowser.CopyContent"/> reads a file.
    /// </summary>
    /// <exception cref="CorruptStoreException">A directory is missing or damaged.</exception>
    public IEnumerable<ImagePath> Files =>
        Disks.SelectMany(disk => disk.Volumes, (disk, volume) => (disk, volume))
            .SelectMany(found => found.volume.Root is { } root ? _browser.ListAll(new ImagePath(found.disk, found.volume, default, root))
                : []);
}
