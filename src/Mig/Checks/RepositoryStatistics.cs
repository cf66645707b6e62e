using Mig.Core;

namespace Mig.Checks;

/// <summary>Adds up what a repository holds.</summary>
public sealed class RepositoryStatistics(Repository repository)
{
    public StatisticsReport Run(CancellationToken cancellation = default) => throw new UnsupportedFeatureException("stats", repository.Folder + cancellation);
}
