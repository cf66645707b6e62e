using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>How much of a pack is wanted.</summary>
/// <param name="Id">The pack.</param>
/// <param name="Class">What it holds.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Written">When it was written, UTC.</param>
/// <param name="LiveObjects">Objects in it that are wanted.</param>
/// <param name="Garbage">Bytes of it that nobody wants, by the compression of their frames.</param>
public sealed record PackUse(ObjectId Id, ObjectClass Class, long Length, DateTime Written, long LiveObjects, long Garbage);
