using Mig.Images.Extract;

namespace Mig.Cli.Json;

/// <summary>What was extracted, and what was left out.</summary>
internal sealed record ExtractJson(
    string? Destination, string? Format, long Directories, long Files, long Links, long Others, long Bytes, LeftOut? LeftOut)
{
    public static ExtractJson Of(ExtractResult result) => new(
        result.Destination,
        result.Format,
        result.Directories,
        result.Files,
        result.Links,
        result.Others,
        result.Bytes,
        result.LeftOut.IsNothing ? null : result.LeftOut);
}
