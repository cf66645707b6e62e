using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>
/// Times of directory entries: local time of a zone that is not said, taken as UTC; two seconds are the finest that a modified time has.
/// </summary>
/// <remarks>Layout: date is year since 1980 (7 bits), month (4), day (5); time is hour (5), minute (6), second / 2 (5).</remarks>
internal static class FatTime
{
    private const int FirstYear = 1980;
    private const int LastYear = 2107;
    private const int SecondsPerDay = 86400;

    public static Timestamp Min { get; } = new(ToSeconds(new DateTime(FirstYear, 1, 1, 0, 0, 0, DateTimeKind.Utc)), 0);

    public static Timestamp Max { get; } = new(ToSeconds(new DateTime(LastYear, 12, 31, 23, 59, 58, DateTimeKind.Utc)), 0);

    /// <summary>
    /// Any value means a time, as it does for the kernel: month and day count at least 1, and what is too large reaches into the next unit.
    /// </summary>
    public static Timestamp Decode(int date, int time)
    {
        int month = Math.Clamp(date >> 5 & 0xF, 1, 12);
        int day = Math.Max(date & 0x1F, 1);
        long seconds = ToSeconds(new DateTime(FirstYear + (date >> 9), month, 1, 0, 0, 0, DateTimeKind.Utc))
            + ((day - 1) * (long)SecondsPerDay);
        return new Timestamp(seconds + ((time >> 11) * 3600) + ((time >> 5 & 0x3F) * 60) + ((time & 0x1F) * 2), 0);
    }

    /// <summary>Cuts a time to two seconds.</summary>
    /// <param name="time">Between <see cref="Min"/> and two seconds after <see cref="Max"/>.</param>
    public static (ushort Date, ushort Time) Encode(Timestamp time)
    {
        DateTime moment = DateTime.UnixEpoch.AddSeconds(time.Seconds);
        return ((ushort)((moment.Year - FirstYear) << 9 | moment.Month << 5 | moment.Day),
            (ushort)(moment.Hour << 11 | moment.Minute << 5 | moment.Second / 2));
    }

    private static long ToSeconds(DateTime moment) => (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
}
