namespace Mig.FileSystems.Tests.Writing;

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Moves on by a second and a bit.</summary>
    public void Tick() => _now += TimeSpan.FromTicks(10_000_123);
}
