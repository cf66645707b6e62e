using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Files;

namespace Mig.Edits.Changes;

/// <summary>Carries out changes on the volumes of an image.</summary>
/// <param name="revision">How the user called the version, for messages.</param>
/// <param name="place">The volume that is meant when a change names none.</param>
public sealed class VolumeChanges(Repository repository, ImageEdit edit, string revision, PathSpec place)
{
    private readonly List<(ImageDisk Disk, ImageVolume Volume, OperationRunner Runner)> _volumes = [];

    internal TimeProvider Clock => edit.Clock;

    /// <summary>
    /// What changed on each volume; a prefix, such as <c>@2</c>, stands before the paths of a volume that is not the one that paths mean.
    /// </summary>
    public IReadOnlyList<(string Prefix, EditLog Log)> Logs
    {
        get
        {
            ImageVolume? usual = new ImageBrowser(repository).FindDefaultVolume(edit.Before);
            return [.. _volumes.Select(item =>
                (item.Volume == usual ? "" : ImageVolumes.PrefixOf(edit.Before, item.Disk, item.Volume), item.Runner.Log))];
        }
    }

    /// <exception cref="NotFoundException">There is no such volume, or no such path on it.</exception>
    /// <exception cref="UnsupportedFeatureException">The volume cannot be changed.</exception>
    public void Run(PlacedOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        try
        {
            Open(operation.Volume).Run(operation.Operation);
        }
        catch (RefusedOperationException e) when (operation.Source is not null)
        {
            throw new RefusedOperationException(e.Reason, $"{operation.Source}: {e.Message}");
        }
        catch (NotFoundException e) when (operation.Source is not null)
        {
            throw new NotFoundException($"{operation.Source}: {e.Message}");
        }
    }

    /// <summary>Returns the writer of a volume and the log of what changes on it.</summary>
    internal (IFileSystemWriter Writer, EditLog Log) OpenVolume(PathSpec volume)
    {
        (ImageDisk disk, ImageVolume found) = Find(volume);
        return (edit.OpenVolume(disk, found), Open(volume).Log);
    }

    private OperationRunner Open(PathSpec volume)
    {
        (ImageDisk disk, ImageVolume found) = Find(volume);
        foreach ((ImageDisk openDisk, ImageVolume open, OperationRunner runner) in _volumes)
        {
            if (openDisk == disk && open == found)
                return runner;
        }

        var opened = new OperationRunner(edit.OpenVolume(disk, found), edit.Clock);
        _volumes.Add((disk, found, opened));
        return opened;
    }

    private DiskVolume Find(PathSpec volume)
    {
        PathSpec wanted = volume.NamesVolume ? volume : place;
        ImagePath root = new ImageBrowser(repository).Find(edit.Before, wanted with { Path = default }, revision);
        return new DiskVolume(root.Disk, root.Volume);
    }
}
