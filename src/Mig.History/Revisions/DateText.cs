using System.Globalization;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>Reads the dates that people write.</summary>
public static class DateText
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss K", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm K",
    ];

    /// <summary>Reads <c>@seconds [+hhmm]</c>, <c>seconds +hhmm</c>, or ISO 8601 with or without a zone; local time without one.</summary>
    public static bool TryParseAbsolute(string text, TimeProvider clock, out DateTimeOffset date)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(clock);
        text = text.Trim();
        return TryParseSeconds(text, clock, out date) || TryParseIso(text, clock, out date);
    }

    /// <summary>Reads what <see cref="TryParseAbsolute"/> does, days (<c>2026-01-31</c>), and <c>now</c>, <c>yesterday</c>, <c>2.days.ago</c>, <c>3 weeks ago</c>.</summary>
    public static bool TryParse(string text, TimeProvider clock, out DateTimeOffset date)
    {
        if (TryParseAbsolute(text, clock, out date))
            return true;
        DateTimeOffset now = clock.GetLocalNow();
        string[] words = text.Trim().ToLowerInvariant().Split([' ', '.', '_'], StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["now"]:
                date = now;
                return true;
            case ["yesterday"]:
                date = now.AddDays(-1);
                return true;
            case [var number, var unit, "ago"] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count):
                return TryGoBack(now, count, unit.TrimEnd('s'), out date);
            default:
                // As in Git, a day without a time means this time on that day.
                bool isDay = DateTime.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day);
                return isDay && TryMake(day + now.TimeOfDay, clock, out date);
        }
    }

    private static bool TryParseSeconds(string text, TimeProvider clock, out DateTimeOffset date)
    {
        date = default;
        bool marked = text.StartsWith('@');
        string[] parts = (marked ? text[1..] : text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (1 or 2) || (parts.Length == 1 && !marked)
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > Signature.MaxSeconds)
            return false;
        DateTimeOffset utc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (parts.Length == 1)
        {
            date = TimeZoneInfo.ConvertTime(utc, clock.LocalTimeZone);
            return true;
        }

        if (!Signature.TryParseOffset(parts[1], out int offsetMinutes))
            return false;
        date = utc.ToOffset(TimeSpan.FromMinutes(offsetMinutes));
        return true;
    }

    private static bool TryParseIso(string text, TimeProvider clock, out DateTimeOffset date)
    {
        date = default;

        // Git writes +0100, .NET reads +01:00.
        if (text.Length > 5 && text[^5] is '+' or '-' && !text.AsSpan(text.Length - 4).ContainsAnyExceptInRange('0', '9') && text.Contains(':', StringComparison.Ordinal))
            text = $"{text[..^2]}:{text[^2..]}";
        foreach (string format in Formats)
        {
            bool hasZone = format.Contains('K', StringComparison.Ordinal);
            if (hasZone && DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date))
                return true;
            if (!hasZone && DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local))
                return TryMake(local, clock, out date);
        }

        return false;
    }

    private static bool TryMake(DateTime local, TimeProvider clock, out DateTimeOffset date)
    {
        date = default;
        if (local.Year is < 1970 or > 9998)
            return false;
        date = new DateTimeOffset(local, clock.LocalTimeZone.GetUtcOffset(local));
        return true;
    }

    private static bool TryGoBack(DateTimeOffset now, int count, string unit, out DateTimeOffset date)
    {
        date = default;
        try
        {
            (bool known, date) = unit switch
            {
                "second" or "sec" => (true, now.AddSeconds(-count)),
                "minute" or "min" => (true, now.AddMinutes(-count)),
                "hour" => (true, now.AddHours(-count)),
                "day" => (true, now.AddDays(-count)),
                "week" => (true, now.AddDays(-7.0 * count)),
                "month" => (true, now.AddMonths(-count)),
                "year" => (true, now.AddYears(-count)),
                _ => (false, default),
            };
            return known;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false; // before the year 1
        }
    }
}
