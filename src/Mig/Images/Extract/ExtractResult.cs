namespace Mig.Images.Extract;

/// <summary>What was extracted.</summary>
/// <param name="Destination">The folder or file that it went to; null for a stream.</param>
/// <param name="Format">The archive's format; null for files.</param>
/// <param name="Links">Further names of files that were extracted.</param>
/// <param name="Others">Symbolic links, devices, FIFOs and sockets.</param>
/// <param name="Bytes">Of all files; holes count.</param>
public sealed record ExtractResult(
    string? Destination, string? Format, long Directories, long Files, long Links, long Others, long Bytes, LeftOut LeftOut)
{
    internal static ExtractResult Of(ExtractPlan plan, string? destination, string? format, LeftOut leftOut) =>
        new(destination, format, plan.Directories.Count, plan.Files.Count, plan.Links.Count, plan.Others.Count, plan.Bytes, leftOut);
}
