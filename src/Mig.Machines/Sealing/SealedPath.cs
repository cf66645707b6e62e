
namespace Mig.Machines.Sealing;

/// <summary>Something that sealing did.</summary>
/// <param name="Operation">The operation it belongs to.</param>
/// <param name="Path">From the machine's root, with a slash in front; bytes that are not UTF-8 are replaced.</param>
/// <param name="Files">Files, links and devices that went, or lost their content.</param>
/// <param name="Bytes">Bytes of content that went.</param>
public sealed record SealedPath(string Operation, SealAction Action, string Path, long Files, long Bytes);
