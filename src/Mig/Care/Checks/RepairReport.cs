namespace Mig.Care.Checks;

/// <summary>What a repair did.</summary>
/// <param name="Source">The other repository.</param>
/// <param name="Brought">Objects that came from there.</param>
/// <param name="Missing">Objects that are needed and were not there, either; then nothing was removed.</param>
/// <param name="RemovedPacks">Packs that were damaged, and whose whole parts are in new ones.</param>
/// <param name="IndexedPacks">Packs that got a new index here, since theirs was damaged.</param>
public sealed record RepairReport(string Source, long Brought, long Missing, int RemovedPacks, int IndexedPacks);
