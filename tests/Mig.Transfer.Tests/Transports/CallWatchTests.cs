using Mig.Transfer.Transports;

namespace Mig.Transfer.Tests.Transports;

public sealed class CallWatchTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    [Fact]
    public void TimeInWhichNobodyLookedIsNotTheOtherSides()
    {
        var clock = new FixedClock(DateTimeOffset.UnixEpoch);
        using var watch = new CallWatch(new Patience(TimeSpan.FromSeconds(60), 100), clock, TestContext.Current.CancellationToken);
        watch.BeginWait();
        clock.Now += TimeSpan.FromHours(8);
        watch.Look();
        Assert.False(watch.IsTooSlow);

        // The control: the same silence, looked at.
        for (int i = 0; i < 60; i++)
        {
            clock.Now += Step;
            watch.Look();
        }

        Assert.True(watch.IsTooSlow);
        Assert.True(watch.Token.IsCancellationRequested);
    }
}
