using Mig.Core;

namespace Mig.Checks;

/// <summary>Checks a repository.</summary>
public sealed class RepositoryCheck(Repository repository)
{
    /// <param name="isQuick">Follows what refers to what, and reads no content.</param>
    public CheckReport Run(bool isQuick, IProgressSink progress, CancellationToken cancellation = default) =>
        throw new UnsupportedFeatureException("fsck", repository.Folder + isQuick + progress + cancellation);
}
