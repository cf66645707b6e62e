namespace Mig.Catalog.Searching;

/// <summary>Numbers from one to another, both included.</summary>
public readonly record struct ValueRange(long From, long To)
{
    public static ValueRange All { get; } = new(long.MinValue, long.MaxValue);

    public ValueRange Intersect(ValueRange other) => new(Math.Max(From, other.From), Math.Min(To, other.To));
}
