using Mig.Machines.Coverage;
using Mig.Machines.Sealing;

namespace Mig.Edits.Sealing;

/// <summary>What sealing did.</summary>
/// <param name="Edit">The commit, when there is one.</param>
/// <param name="Paths">What it did to files.</param>
/// <param name="ZeroedBytes">Bytes of free space that held something, and are zero now.</param>
/// <param name="Coverage">What of the image was not sealed, because it was not seen.</param>
public sealed record SealReport(EditResult Edit, IReadOnlyList<SealedPath> Paths, long ZeroedBytes, ImageCoverage Coverage);
