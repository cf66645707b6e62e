using Mig.Compare;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Histories;

/// <summary>Asks in which versions a package was installed, removed, or got another version.</summary>
public sealed class PackageQuestion(Repository repository, string name) : IHistoryQuestion
{
    private readonly PackageComparer _packages = new(repository);
    private readonly Dictionary<ImageId, string> _versions = [];

    /// <inheritdoc/>
    public bool IsSame(WalkedCommit? parent, WalkedCommit child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return VersionsIn(parent?.Commit.Image) == VersionsIn(child.Commit.Image);
    }

    /// <summary>Returns the installed versions of the package, such as <c>3.0.11-1~deb12u2 (amd64)</c>, one after another; empty when there is none.</summary>
    public string VersionsIn(ImageId? image)
    {
        if (image is not { } id)
            return "";
        if (!_versions.TryGetValue(id, out string? versions))
            _versions[id] = versions = string.Join(", ", _packages.FindVersions(repository.Objects.ReadImage(id), name).Select(found => $"{found.Version} ({found.Architecture})"));
        return versions;
    }
}
