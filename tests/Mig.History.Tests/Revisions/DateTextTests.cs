using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.History.Tests.Revisions;

/// <summary>Dates as people write them mean what Git takes them for.</summary>
public class DateTextTests
{
    // A Monday.
    private static readonly At Clock = new(new DateTimeOffset(2026, 11, 30, 10, 15, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("now", "2026-11-30 10:15")]
    [InlineData("today", "2026-11-30 10:15")]
    [InlineData("yesterday", "2026-11-29 10:15")]
    [InlineData("noon", "2026-11-29 12:00")]
    [InlineData("midnight", "2026-11-30 00:00")]
    [InlineData("3.days.ago", "2026-11-27 10:15")]
    [InlineData("2 weeks 3 days ago", "2026-11-13 10:15")]
    [InlineData("last week", "2026-11-23 10:15")]
    [InlineData("last month", "2026-10-30 10:15")]
    [InlineData("last monday", "2026-11-23 10:15")]
    [InlineData("last tuesday", "2026-11-24 10:15")]
    [InlineData("friday", "2026-11-27 10:15")]
    [InlineData("Sun, 05 Jan 2020 10:00:00 +0100", "2020-01-05 09:00")]
    [InlineData("Sun Jan 5 10:00:00 2020 +0000", "2020-01-05 10:00")]
    [InlineData("Jan 5 2020", "2020-01-05 10:15")]
    [InlineData("2020-01-05", "2020-01-05 10:15")]
    [InlineData("1700000000", "2023-11-14 22:13")]
    [InlineData("@1700000000 +0100", "2023-11-14 22:13")]
    public void A_date_is_read(string text, string expected)
    {
        Assert.True(DateText.TryParse(text, Clock, out DateTimeOffset date), text);
        Assert.Equal(expected, date.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("last")]
    [InlineData("last garbage")]
    [InlineData("ago")]
    [InlineData("2 ago")]
    [InlineData("2 weeks days ago")]
    [InlineData("mo")]
    [InlineData("99999999999999999999")]
    [InlineData("Jan 32 2020")]
    public void What_is_none_is_refused(string text) => Assert.False(DateText.TryParse(text, Clock, out _), text);

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
