using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Inventories;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Versions.Histories;

/// <summary>
/// Asks in which versions a package was installed, removed, or got another version: of any package manager or language that an inventory
/// knows.
/// </summary>
public sealed class PackageQuestion(Repository repository, string name) : IHistoryQuestion
{
    private readonly InventoryReader _inventories = new(repository);
    private readonly Dictionary<ImageId, string> _versions = [];

    /// <inheritdoc/>
    public bool IsSame(WalkedCommit? parent, WalkedCommit child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return VersionsIn(parent?.Commit.Image) == VersionsIn(child.Commit.Image);
    }

    /// <summary>
    /// Returns the installed versions of the package, such as <c>3.0.11-1~deb12u2 (amd64)</c>, one after another; empty when there is none.
    /// </summary>
    public string VersionsIn(ImageId? image)
    {
        if (image is not { } id)
            return "";
        if (!_versions.TryGetValue(id, out string? versions))
            _versions[id] = versions = string.Join(", ", Find(repository.Objects.ReadImage(id)).Order(StringComparer.Ordinal).Distinct());
        return versions;
    }

    private IEnumerable<string> Find(MachineImage image) => SystemVolume.FindDefault(repository.Store, image) is not { } system
        ? []
        : _inventories.Read(image, system).Packages.Where(package => package.Name == name)
            .Select(package =>
                $"{package.Version} ({(package.Architecture.Length > 0 ? package.Architecture : PackageKinds.NameOf(package.Kind))})");
}
