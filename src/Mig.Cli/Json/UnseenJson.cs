using Mig.Machines.Coverage;

namespace Mig.Cli.Json;

/// <summary>A part of an image that an answer does not rest on.</summary>
/// <param name="Kind"><c>volume</c>, <c>damage</c>, <c>swap</c>, <c>boot</c>, <c>mount</c>, <c>unmounted</c>, <c>system</c>, <c>bundle</c>,
/// <c>record</c> or <c>version</c>.</param>
/// <param name="Path">Where the machine has it.</param>
/// <param name="Matters">Whether the answer could be another one because of it.</param>
internal sealed record UnseenJson(string Kind, string What, string? Path, string? Reason, bool Matters)
{
    public static IReadOnlyList<UnseenJson> Of(ImageCoverage coverage) => [.. coverage.Unseen.Select(part =>
        new UnseenJson(NameOf(part.Kind), part.What, part.Path.Length > 0 ? part.Path : null, part.Reason.Length > 0 ? part.Reason : null,
            part.Matters))];

    private static string NameOf(UnseenKind kind) => kind switch
    {
        UnseenKind.Volume => "volume",
        UnseenKind.Damage => "damage",
        UnseenKind.Swap => "swap",
        UnseenKind.Boot => "boot",
        UnseenKind.Mount => "mount",
        UnseenKind.Unmounted => "unmounted",
        UnseenKind.System => "system",
        UnseenKind.Bundle => "bundle",
        UnseenKind.Version => "version",
        _ => "record",
    };
}
