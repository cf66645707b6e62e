using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>A pack that an index names, and that is not there as the index knows it: what the index says of it does not count.</summary>
/// <param name="Id">The pack.</param>
/// <param name="Problem">What is wrong: IDX-002 or IDX-003.</param>
internal sealed record LostPack(ObjectId Id, CorruptStoreException Problem);
