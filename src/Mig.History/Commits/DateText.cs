using System.Globalization;
using Mig.Core;

namespace Mig.History.Commits;

/// <summary>Reads the dates that people write.</summary>
public static class DateText
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss K", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm K",
    ];

    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    // RFC 2822, and as "git log" writes.
    private static readonly string[] WrittenFormats =
        ["ddd, d MMM yyyy HH:mm:ss zzz", "d MMM yyyy HH:mm:ss zzz", "ddd MMM d HH:mm:ss yyyy zzz"];

    private static readonly string[] WrittenDays =
        ["MMM d yyyy", "MMM d, yyyy", "d MMM yyyy", "MMMM d yyyy", "MMMM d, yyyy", "d MMMM yyyy"];

    /// <summary>Reads <c>@seconds [+hhmm]</c>, <c>seconds +hhmm</c>, or ISO 8601 with or without a zone; local time without one.</summary>
    public static bool TryParseAbsolute(string text, TimeProvider clock, out DateTimeOffset date)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(clock);
        text = text.Trim();
        return TryParseSeconds(text, clock, out date) || TryParseIso(text, clock, out date);
    }

    /// <summary>
    /// Reads what <see cref="TryParseAbsolute"/> does, days (<c>2026-01-31</c>), what mails and Git's log have, and <c>now</c>,
    /// <c>today</c>, <c>noon</c>, <c>midnight</c>, <c>yesterday</c>, <c>monday</c>,
    /// <c>last week</c>, <c>2.days.ago</c>, <c>3 weeks 2 days ago</c>, as Git does.
    /// </summary>
    public static bool TryParse(string text, TimeProvider clock, out DateTimeOffset date)
    {
        if (TryParseAbsolute(text, clock, out date))
            return true;
        DateTimeOffset now = clock.GetLocalNow();
        string[] words = text.Trim().ToLowerInvariant().Split([' ', '.', '_'], StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["now" or "today"]:
                date = now;
                return true;
            case ["yesterday"]:
                date = now.AddDays(-1);
                return true;
            case ["noon" or "midnight"]:
                // The last one.
                DateTime at = now.Date.AddHours(words[0] == "noon" ? 12 : 0);
                return TryMake(at > now.DateTime ? at.AddDays(-1) : at, clock, out date);
            case [{ Length: > 8 } seconds] when TryParseSeconds("@" + seconds, clock, out date):
                return true; // as in Git: so large a number is a time
            case [_, _, .., "ago"] when words.Length % 2 == 1:
                return TryGoBack(now, words[..^1], out date);
            case ["last", var unit] when TryGoBack(now, 1, unit, out date):
                return true;
            case [.., var name] when (words.Length == 1 || words is ["last", _]) && Array.FindIndex(Weekdays, known =>
                known == name || (name.Length >= 3 && known.StartsWith(name, StringComparison.Ordinal))) is >= 0 and var weekday:
                date = now.AddDays(-((((int)now.DayOfWeek - weekday + 6) % 7) + 1));
                return true;
            default:
                // As in Git, a day without a time means this time on that day.
                if (DateTimeOffset.TryParseExact(
                    text.Trim(), WrittenFormats, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out date))
                    return true;
                if (DateTime.TryParseExact(text.Trim(), WrittenDays, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces,
                    out DateTime written))
                    return TryMake(written + now.TimeOfDay, clock, out date);
                bool isDay = DateTime.TryParseExact(
                    text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day);
                return isDay && TryMake(day + now.TimeOfDay, clock, out date);
        }
    }

    private static bool TryParseSeconds(string text, TimeProvider clock, out DateTimeOffset date)
    {
        date = default;
        bool marked = text.StartsWith('@');
        string[] parts = (marked ? text[1..] : text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (1 or 2) || (parts.Length == 1 && !marked)
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                || seconds > Signature.MaxSeconds)
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
        if (text.Length > 5 && text[^5] is '+' or '-' && !text.AsSpan(text.Length - 4).ContainsAnyExceptInRange('0', '9')
            && text.Contains(':', StringComparison.Ordinal))
            text = $"{text[..^2]}:{text[^2..]}";
        foreach (string format in Formats)
        {
            bool hasZone = format.Contains('K', StringComparison.Ordinal);
            if (hasZone && DateTimeOffset.TryParseExact(
                text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date))
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

    // "2 weeks 3 days"
    private static bool TryGoBack(DateTimeOffset now, string[] steps, out DateTimeOffset date)
    {
        date = now;
        for (int i = 0; i < steps.Length; i += 2)
        {
            if (!int.TryParse(steps[i], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || !TryGoBack(date, count, steps[i + 1].TrimEnd('s'), out date))
                return false;
        }

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
