using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Images;

namespace Mig.Care.Checks;

/// <summary>
/// Proves that the two views of images agree, once for each disk: what was proven in this repository is noted here, where no push reaches
/// it.
/// </summary>
/// <param name="hashed">Lists whose chunks were seen to make what the list says.</param>
internal sealed class ImageProof(Repository repository, CancellationToken cancellation, IReadOnlySet<ListId>? hashed = null)
{
    private readonly ProvenDisks _proven = ProvenDisks.Read(repository.Folder);
    private readonly ViewProof _proof =
        new(repository.Store, repository.Context.Limits, repository.Context.Parallelism, cancellation, hashed);

    /// <summary>Compares the views of all disks of an image that were not compared here before.</summary>
    /// <returns>What is wrong; null when they agree.</returns>
    /// <exception cref="CorruptStoreException">Something that the views need is missing or damaged.</exception>
    public ViewDifference? Find(ImageId image)
    {
        foreach (ImageDisk disk in repository.Objects.ReadImage(image).Disks)
        {
            ObjectId key = ProvenDisks.KeyOf(disk);
            if (_proven.Contains(key))
                continue;
            if (_proof.Find(disk) is { } difference)
                return difference with { Message = $"disk {disk.Name}: {difference.Message}" };
            _proven.Add(key);
        }

        return null;
    }

    /// <summary>Notes what was proven, so that it is not proven again.</summary>
    public void Keep() => _proven.Write();
}
