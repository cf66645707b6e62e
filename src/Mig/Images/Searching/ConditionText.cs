using System.Globalization;
using Mig.Catalog.Searching;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;
using Mig.History.Trees;

namespace Mig.Images.Searching;

/// <summary>Reads conditions as people write them for <c>find</c>.</summary>
public static class ConditionText
{
    private const int MaxMode = 0xFFF;
    private const long SecondsInDay = 86_400;

    /// <summary>
    /// Reads <c>4096</c> (bytes), <c>10k</c>, <c>+10M</c>, <c>-1G</c>: sizes are rounded up to the unit, then compared, as <c>find</c>
    /// does.
    /// </summary>
    public static ValueRange Size(string text)
    {
        (char sign, string rest) = Sign(text);
        int shift = rest.Length == 0 ? 0 : rest[^1] switch { 'k' or 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (shift > 0 || (rest.Length > 0 && rest[^1] == 'c'))
            rest = rest[..^1];
        if (!long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > long.MaxValue >> (shift + 1))
            throw new UsageException($"'{text}' is not a size; write 4096, 10k, +10M (larger than 10 MiB) or -1G");
        return sign switch
        {
            '+' => new ValueRange((count << shift) + 1, long.MaxValue),
            '-' => new ValueRange(0, (count - 1) << shift),
            _ => new ValueRange(count == 0 ? 0 : ((count - 1) << shift) + 1, count << shift),
        };
    }

    /// <summary>
    /// Reads days since the change (<c>-7</c>: less than 7, <c>+30</c>: more than 30, <c>1</c>), a date (since then), or <c>DATE..DATE</c>,
    /// either end left out.
    /// </summary>
    public static ValueRange ModifiedTime(string text, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (char sign, string rest) = Sign(text);
        if (int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int days))
        {
            long now = clock.GetUtcNow().ToUnixTimeSeconds(), then = now - (days * SecondsInDay);
            return sign switch
            {
                '-' => new ValueRange(then + 1, long.MaxValue),
                '+' => new ValueRange(long.MinValue, then - SecondsInDay),
                _ => new ValueRange(then - SecondsInDay + 1, then),
            };
        }

        int dots = text.IndexOf("..", StringComparison.Ordinal);
        string from = dots < 0 ? text : text[..dots], to = dots < 0 ? "" : text[(dots + 2)..];
        if (from.Length == 0 && to.Length == 0)
            throw NoTime(text);
        return new ValueRange(from.Length == 0 ? long.MinValue : Date(text, from, clock, isEnd: false), to.Length == 0 ? long.MaxValue
            : Date(text, to, clock, isEnd: true));
    }

    /// <summary>Reads <c>UID</c>, <c>UID:GID</c> or <c>:GID</c>, in numbers: what they are called differs from image to image.</summary>
    public static (uint? Uid, uint? Gid) Owner(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon], group = colon < 0 ? "" : text[(colon + 1)..];
        uint uid = 0, gid = 0;
        if (user.Length + group.Length == 0
            || (user.Length > 0 && !uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uid))
            || (group.Length > 0 && !uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out gid)))
            throw new UsageException(
                $"'{text}' is not an owner; write numbers: 1000, 1000:1000 or :1000. Their names differ from image to image");
        return (user.Length > 0 ? uid : null, group.Length > 0 ? gid : null);
    }

    /// <summary>
    /// Reads <c>0644</c> (exactly), <c>-6000</c> (all of these bits), <c>/6000</c> (any of them), <c>setuid</c>, <c>setgid</c>,
    /// <c>sticky</c>.
    /// </summary>
    public static ModeCondition Mode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text switch { "setuid" => "/4000", "setgid" => "/2000", "sticky" => "/1000", _ => text };
        ModeMatch match = digits.StartsWith('/') ? ModeMatch.Any : digits.StartsWith('-') ? ModeMatch.All : ModeMatch.Exact;
        if (match != ModeMatch.Exact)
            digits = digits[1..];
        int bits = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7' || (bits = (bits << 3) | (digit - '0')) > MaxMode)
                throw NoMode(text);
        }

        return digits.Length > 0 ? new ModeCondition(bits, match) : throw NoMode(text);
    }

    /// <summary>Reads the letters of <c>find -type</c>.</summary>
    public static TreeEntryType Type(string text) => text switch
    {
        "f" => TreeEntryType.File,
        "d" => TreeEntryType.Directory,
        "l" => TreeEntryType.SymbolicLink,
        "c" => TreeEntryType.CharacterDevice,
        "b" => TreeEntryType.BlockDevice,
        "p" => TreeEntryType.Fifo,
        "s" => TreeEntryType.Socket,
        _ => throw new UsageException(
            $"'{text}' is not a type; write f (file), d (directory), l (symbolic link), c, b (devices), p (pipe) or s (socket)"),
    };

    private static (char Sign, string Text) Sign(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith('+') || text.StartsWith('-') ? (text[0], text[1..]) : ('=', text);
    }

    private static long Date(string whole, string text, TimeProvider clock, bool isEnd)
    {
        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day))
        {
            var start = new DateTimeOffset(day, clock.LocalTimeZone.GetUtcOffset(day));
            return start.ToUnixTimeSeconds() + (isEnd ? SecondsInDay - 1 : 0);
        }

        return DateText.TryParse(text, clock, out DateTimeOffset date) ? date.ToUnixTimeSeconds() : throw NoTime(whole);
    }

    private static UsageException NoTime(string text) =>
        new($"'{text}' is no time; write days (-7: less than a week ago, +30), a date (2026-01-31: since then), 2026-01-01..2026-01-31 or "
            + "..2026-01-31");

    private static UsageException NoMode(string text) =>
        new($"'{text}' is no mode; write 0644, -6000 (all of these bits), /6000 (any of them), setuid, setgid or sticky");
}
