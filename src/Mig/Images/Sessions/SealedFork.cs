using Mig.Edits.Sealing;
using Mig.Machines.Coverage;
using Mig.Machines.Sealing;

namespace Mig.Images.Sessions;

/// <summary>A fork that was sealed.</summary>
/// <param name="Session">The new session.</param>
/// <param name="Paths">What was taken out of it.</param>
/// <param name="Coverage">What of it was not sealed, because it was not seen.</param>
public sealed record SealedFork(SessionInfo Session, IReadOnlyList<SealedPath> Paths, ImageCoverage Coverage);
