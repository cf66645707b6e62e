using Mig.Catalog.Searching;
using Mig.Images.Searching;

namespace Mig.Cli.Json;

/// <summary>A place or a package that was found, and in which versions.</summary>
internal sealed record FoundJson(string? Volume, EntryJson? Entry, FoundPackageJson? Package, IReadOnlyList<FoundVersionJson> Versions)
{
    public static FoundJson Of(SearchAnswer answer, FoundEntry found) =>
        new(found.Volume.Length == 0 ? null : found.Volume, EntryJson.Of(found.Entry, found.Path.Span), null,
            VersionsOf(answer, found.Versions));

    public static FoundJson Of(SearchAnswer answer, FoundPackage found) =>
        new(null, null, new FoundPackageJson(found.Package.Kind, found.Package.Name, found.Package.Version, found.Package.Architecture),
            VersionsOf(answer, found.Versions));

    private static IReadOnlyList<FoundVersionJson> VersionsOf(SearchAnswer answer, VersionSet versions) =>
        [.. versions.Versions.Select(version =>
            new FoundVersionJson(answer.Versions[version].Id.ToString(), answer.Versions[version].Names))];
}
