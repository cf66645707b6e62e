using Mig.Sharing;

namespace Mig.Cli.Json;

/// <summary>Who shares what with whom.</summary>
internal sealed record SharingJson(IReadOnlyList<string> Names, IReadOnlyList<long[]> Shared, IReadOnlyList<IReadOnlyList<string>>? Clusters)
{
    public static SharingJson Of(SharingMatrix matrix, IReadOnlyList<IReadOnlyList<int>>? clusters) => new(
        matrix.Names,
        matrix.Shared,
        clusters is null ? null : [.. clusters.Select(members => (IReadOnlyList<string>)[.. members.Select(member => matrix.Names[member])])]);
}
