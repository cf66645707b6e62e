using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>A part of a pack that cannot be read.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="Offset">Where the frame begins; <see cref="WholePack"/> for all frames.</param>
/// <param name="Object">The one object of the frame whose bytes are not its own; null for all of them.</param>
internal readonly record struct DamagedPlace(ObjectId Pack, long Offset, ObjectId? Object = null)
{
    public const long WholePack = -1;
}
