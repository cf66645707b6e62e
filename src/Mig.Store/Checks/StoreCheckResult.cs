using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Checks;

/// <summary>What a check of all packs and indexes found.</summary>
/// <param name="Packs">Pack files read.</param>
/// <param name="Objects">Objects in them.</param>
/// <param name="RawBytes">Bytes of those.</param>
/// <param name="StoredBytes">Bytes of all packs.</param>
/// <param name="Problems">Damage.</param>
/// <param name="Warnings">What is no damage.</param>
public sealed record StoreCheckResult(
    long Packs,
    long Objects,
    long RawBytes,
    long StoredBytes,
    IReadOnlyList<CorruptStoreException> Problems,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Whether only a part of the frames was to be read.</summary>
    public bool IsPart { get; init; }

    /// <summary>Bytes of objects that were read and hashed.</summary>
    public long ReadBytes { get; init; }

    /// <summary>
    /// Packs that are missing or have another length than their index says: damage where something is needed that only they held.
    /// </summary>
    public IReadOnlyList<CorruptStoreException> LostPacks { get; init; } = [];

    /// <summary>Indexes that can be opened, and are not what they were when they were written.</summary>
    internal IReadOnlyList<(string Path, CorruptStoreException Problem)> DamagedIndexes { get; init; } = [];

    /// <summary>Where the damage is.</summary>
    internal IReadOnlyList<DamagedPlace> DamagedPlaces { get; init; } = [];
}
