using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>A blob that is stored anew, and where it wants to stand.</summary>
public readonly record struct ColdObject(BlobId Id, int Length, OrderKey Key) : IComparable<ColdObject>
{
    // A frame of a commit is shorter than 2^23 bytes; its place in the pack takes the rest.
    private const int FrameBits = 23;

    /// <summary>An object that wants to stand where it does now, among those of its family.</summary>
    public static ColdObject WhereItLies(BlobId id, in ObjectLocation location, ulong family)
    {
        FramePlace place = location.Index.GetFrame(location.Frame);
        return new ColdObject(id, location.Length, new OrderKey(family, place.Pack.Prefix, ((ulong)place.Offset << FrameBits)
            + (ulong)location.Offset));
    }

    public int CompareTo(ColdObject other) => Key.CompareTo(other.Key) is var order and not 0 ? order : Id.Value.CompareTo(other.Id.Value);

    public static bool operator <(ColdObject left, ColdObject right) => left.CompareTo(right) < 0;

    public static bool operator >(ColdObject left, ColdObject right) => left.CompareTo(right) > 0;

    public static bool operator <=(ColdObject left, ColdObject right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ColdObject left, ColdObject right) => left.CompareTo(right) >= 0;
}
