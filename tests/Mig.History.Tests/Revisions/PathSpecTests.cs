using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Revisions;

public sealed class PathSpecTests
{
    [Theory]
    [InlineData("HEAD", "HEAD", null, null, null)]
    [InlineData("HEAD:/etc/hostname", "HEAD", null, null, "etc/hostname")]
    [InlineData("v1:etc/hostname/", "v1", null, null, "etc/hostname")]
    [InlineData(":/etc", "HEAD", null, null, "etc")]
    [InlineData("v1:", "v1", null, null, "")]
    [InlineData("v1:a:b", "v1", null, null, "a:b")]
    [InlineData("@{2026-01-31 12:00:00}:x", "@{2026-01-31 12:00:00}", null, null, "x")]
    [InlineData("v1:@2/boot/x", "v1", null, 2, "boot/x")]
    [InlineData("v1:@2", "v1", null, 2, "")]
    [InlineData("v1:@disk2.vmdk.1/x", "v1", "disk2.vmdk", 1, "x")]
    [InlineData("v1:@disk2.vmdk/x", "v1", "disk2.vmdk", null, "x")]
    [InlineData("v1:/@home/x", "v1", null, null, "@home/x")]
    [InlineData("v1:../../etc/./x/../y//z", "v1", null, null, "etc/y/z")]
    [InlineData("v1:@2/../../@3/x", "v1", null, 2, "@3/x")]
    [InlineData("v1:/é", "v1", null, null, "é")]
    public void A_revision_and_a_path_are_told_apart(string text, string revision, string? disk, int? partition, string? path)
    {
        (string foundRevision, PathSpec? found) = PathSpec.Split(text);
        Assert.Equal(revision, foundRevision);
        Assert.Equal(path is null ? null : new PathSpec(disk, partition, Encoding.UTF8.GetBytes(path)), found);
        if (found is not null)
            Assert.Equal(found, PathSpec.Parse(found.ToString()));
    }

    [Theory]
    [InlineData("@")]
    [InlineData("@/x")]
    [InlineData("@0/x")]
    [InlineData("@99999999999/x")]
    [InlineData("@.2/x")]
    [InlineData("a\0b")]
    public void What_is_no_place_is_refused(string text) => Assert.Throws<UsageException>(() => PathSpec.Parse(text));

    [Theory]
    [InlineData("now", "2026-03-31T12:00:00")]
    [InlineData("yesterday", "2026-03-30T12:00:00")]
    [InlineData("2.days.ago", "2026-03-29T12:00:00")]
    [InlineData("3 weeks ago", "2026-03-10T12:00:00")]
    [InlineData("1.month.ago", "2026-02-28T12:00:00")]
    [InlineData("90 minutes ago", "2026-03-31T10:30:00")]
    [InlineData("2026-01-31", "2026-01-31T12:00:00")]
    [InlineData("2026-01-31 01:02", "2026-01-31T01:02:00")]
    public void Dates_are_read(string text, string expected)
    {
        var clock = new FixedClock(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.FromHours(2)));
        Assert.True(DateText.TryParse(text, clock, out DateTimeOffset date));
        Assert.Equal(expected + "+02:00", date.ToString("yyyy-MM-ddTHH:mm:ssK", System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(DateText.TryParse("x" + text, clock, out _));
    }

    [Theory]
    [InlineData("9999999.years.ago")]
    [InlineData("2.moons.ago")]
    [InlineData("")]
    [InlineData("0001-01-01")]
    public void Other_dates_are_not(string text) =>
        Assert.False(DateText.TryParse(text, new FixedClock(DateTimeOffset.UnixEpoch.AddYears(50)), out _));

    [Theory]
    [InlineData("main", "mian", 1)]
    [InlineData("main", "main", 0)]
    [InlineData("main", "mane", 2)]
    [InlineData("main", "xyz", 3)]
    [InlineData("", "ab", 2)]
    public void Edits_are_counted(string left, string right, int distance) => Assert.Equal(distance, NearNames.Distance(left, right));
}
