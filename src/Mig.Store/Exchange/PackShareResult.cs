namespace Mig.Store.Exchange;

/// <summary>What came with packs that were taken over whole.</summary>
/// <param name="Objects">How many objects they hold.</param>
/// <param name="Bytes">Bytes of their frames before compression.</param>
/// <param name="StoredBytes">Bytes of the packs.</param>
public readonly record struct PackShareResult(long Objects, long Bytes, long StoredBytes);
