using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.Transfer.Access;

/// <summary>Reads when a token stops to count: a time, or a day, which means its beginning.</summary>
public static class ExpiryText
{
    /// <param name="clock">Its time zone is that of dates without one.</param>
    /// <exception cref="UsageException">It is no time; says what is allowed.</exception>
    public static DateTimeOffset Parse(string text, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isDay = DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        return DateText.TryParseAbsolute(isDay ? text + "T00:00:00" : text, clock, out DateTimeOffset date)
            ? date
            : throw new UsageException($"'{text}' is no time; write 2027-01-31 or 2027-01-31T12:00:00+01:00");
    }
}
