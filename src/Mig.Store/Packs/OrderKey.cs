namespace Mig.Store.Packs;

/// <summary>
/// Where an object wants to stand among the new ones: similar contents next to each other compress better, and the chunks of one file
/// belong together.
/// </summary>
/// <param name="Family">The most significant part: the file name's extension, say.</param>
/// <param name="Name">Then the name.</param>
/// <param name="Position">Then the place: the file, and the offset in it.</param>
public readonly record struct OrderKey(ulong Family, ulong Name, ulong Position) : IComparable<OrderKey>
{
    public int CompareTo(OrderKey other)
    {
        if (Family != other.Family)
            return Family.CompareTo(other.Family);
        return Name != other.Name ? Name.CompareTo(other.Name) : Position.CompareTo(other.Position);
    }

    public static bool operator <(OrderKey left, OrderKey right) => left.CompareTo(right) < 0;

    public static bool operator >(OrderKey left, OrderKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(OrderKey left, OrderKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OrderKey left, OrderKey right) => left.CompareTo(right) >= 0;
}
