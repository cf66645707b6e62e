using Mig.Care.Sharing;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Cli.Json;

/// <summary>Who shares what with whom.</summary>
internal sealed record SharingJson(IReadOnlyList<string> Names, IReadOnlyList<long[]> Shared,
    IReadOnlyList<IReadOnlyList<string>>? Clusters, IReadOnlyList<UnseenVersionsJson>? UnseenVersions)
{
    public static SharingJson Of(SharingMatrix matrix, IReadOnlyList<IReadOnlyList<int>>? clusters, AnswerCoverage coverage) => new(
        matrix.Names,
        matrix.Shared,
        clusters is null ? null : [.. clusters.Select(members =>
            (IReadOnlyList<string>)[.. members.Select(member => matrix.Names[member])])],
        coverage.IsComplete ? null : UnseenVersionsJson.Of(coverage));
}
