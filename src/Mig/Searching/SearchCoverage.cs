using Mig.Browse;
using Mig.Core;
using Mig.History.Images;

namespace Mig.Searching;

/// <summary>Finds what of the versions that are searched was not seen.</summary>
internal sealed class SearchCoverage(Repository repository)
{
    private readonly CoverageReader _coverage = new(repository.Store);

    /// <param name="arePackagesWanted">Whether packages are searched for: then the machine must be whole; else its volumes must be readable.</param>
    /// <returns>The images of which not all was seen, each once.</returns>
    public IReadOnlyList<UnseenVersions> Find(IEnumerable<SearchedVersion> versions, bool arePackagesWanted) =>
    [
        .. versions.GroupBy(version => repository.Objects.ReadCommit(version.Id).Image)
            .Select(group => new UnseenVersions([.. group], Read(group.Key, arePackagesWanted))).Where(item => !item.Coverage.IsComplete),
    ];

    private ImageCoverage Read(ImageId id, bool arePackagesWanted)
    {
        MachineImage image = repository.Objects.ReadImage(id);
        if (!arePackagesWanted)
            return _coverage.ReadVolumes(image);
        return SystemVolume.FindDefault(repository.Store, image) is { } root
            ? _coverage.Read(image, root, new MachineFiles(repository, image, root), isChosen: false)
            : _coverage.ReadWithout(image);
    }
}
