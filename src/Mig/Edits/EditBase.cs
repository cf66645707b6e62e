using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;

namespace Mig.Edits;

/// <summary>
/// A version that is changed, once or many times at once: what is read of its disks is read once for all edits. For several threads.
/// </summary>
public sealed class EditBase
{
    private readonly Dictionary<string, LayoutSource> _disks;

    public EditBase(Repository repository, MachineImage image)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(image);
        Repository = repository;
        Image = image;
        _disks = image.Disks.ToDictionary(disk => disk.Name, disk => new LayoutSource(repository.Store, disk.Layout, disk.Length));
    }

    public MachineImage Image { get; }

    internal Repository Repository { get; }

    internal LayoutSource ReadDisk(ImageDisk disk) => _disks[disk.Name];
}
