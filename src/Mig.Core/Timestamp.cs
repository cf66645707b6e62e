namespace Mig.Core;

/// <summary>A moment: seconds since 1970-01-01 UTC (negative before) and nanoseconds 0..999,999,999 after that second.</summary>
public readonly record struct Timestamp(long Seconds, int Nanoseconds) : IComparable<Timestamp>
{
    public int CompareTo(Timestamp other)
    {
        int order = Seconds.CompareTo(other.Seconds);
        return order != 0 ? order : Nanoseconds.CompareTo(other.Nanoseconds);
    }

    public static bool operator <(Timestamp left, Timestamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Timestamp left, Timestamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Timestamp left, Timestamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Timestamp left, Timestamp right) => left.CompareTo(right) >= 0;
}
