using Mig.Catalog.Searching;
using Mig.Searching;

namespace Mig.Cli.Json;

/// <summary>Where something was found, and in which versions.</summary>
internal sealed record FoundJson(string? Volume, EntryJson Entry, IReadOnlyList<FoundVersionJson> Versions)
{
    public static FoundJson Of(SearchAnswer answer, FoundEntry found) => new(
        found.Volume.Length == 0 ? null : found.Volume,
        EntryJson.Of(found.Entry, found.Path.Span),
        [.. found.Versions.Versions.Select(version => new FoundVersionJson(answer.Versions[version].Id.ToString(), answer.Versions[version].Names))]);
}
