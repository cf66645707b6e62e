using Mig.Images.Browse;

namespace Mig.Cli.Json;

/// <summary>Versions of which not all was seen. Those that are damaged, and were left out, have a part of kind <c>version</c>.</summary>
internal sealed record UnseenVersionsJson(IReadOnlyList<FoundVersionJson> Versions, IReadOnlyList<UnseenJson> Unseen)
{
    public static IReadOnlyList<UnseenVersionsJson> Of(AnswerCoverage coverage) =>
        [.. coverage.Unseen.Select(unseen =>
            new UnseenVersionsJson([.. unseen.Versions.Select(version => new FoundVersionJson(version.Id?.ToString(), version.Names))],
            UnseenJson.Of(unseen.Coverage)))];
}
