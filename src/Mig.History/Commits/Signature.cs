using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.History.Commits;

/// <summary>Who and when, as Git writes it: <c>Name &lt;email&gt; 1234567890 +0100</c>.</summary>
public sealed record Signature
{
    /// <summary>Furthest offset of a time zone from UTC.</summary>
    public const int MaxOffsetMinutes = 14 * 60;

    /// <summary>Latest moment: the end of the year 9999 in every time zone, so that calendars can show it.</summary>
    public const long MaxSeconds = 253_402_300_799 - (MaxOffsetMinutes * 60);

    private Signature(string name, string email, long seconds, int offsetMinutes)
    {
        Name = name;
        Email = email;
        Seconds = seconds;
        OffsetMinutes = offsetMinutes;
    }

    /// <summary>The name, never empty.</summary>
    public string Name { get; }

    /// <summary>The email address; may be empty.</summary>
    public string Email { get; }

    /// <summary>Seconds since 1970-01-01 UTC, never negative.</summary>
    public long Seconds { get; }

    /// <summary>Minutes by which the signer's clock was ahead of UTC.</summary>
    public int OffsetMinutes { get; }

    /// <summary>The moment, with the signer's time zone.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(Seconds).ToOffset(TimeSpan.FromMinutes(OffsetMinutes));

    /// <summary>Makes a signature, leaving out of name and email what their place in a line cannot hold.</summary>
    /// <exception cref="UsageException">Nothing is left of the name, or the time lies outside 1970..9999.</exception>
    public static Signature Create(string name, string email, long seconds, int offsetMinutes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(email);
        string cleanName = Clean(name);
        string cleanEmail = Clean(email);
        if (cleanName.Length == 0)
            throw new UsageException($"the name '{name}' has no usable character; set user.name to a name");
        if (!Utf8Text.IsWellFormed(cleanName) || !Utf8Text.IsWellFormed(cleanEmail))
            throw new UsageException("name or email is not valid Unicode text");
        if (seconds is < 0 or > MaxSeconds)
            throw new UsageException($"the time {seconds} s lies outside 1970..9999");
        if (Math.Abs((long)offsetMinutes) > MaxOffsetMinutes)
            throw new UsageException(
                $"a time zone {offsetMinutes} minutes from UTC does not exist, at most {MaxOffsetMinutes} are possible");
        return new Signature(cleanName, cleanEmail, seconds, offsetMinutes);
    }

    /// <inheritdoc cref="Create(string, string, long, int)"/>
    public static Signature Create(string name, string email, DateTimeOffset time) =>
        Create(name, email, time.ToUnixTimeSeconds(), (int)time.Offset.TotalMinutes);

    /// <summary>Parses exactly what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Signature? signature)
    {
        ArgumentNullException.ThrowIfNull(text);
        signature = null;
        int open = text.IndexOf('<', StringComparison.Ordinal);
        int close = text.IndexOf('>', StringComparison.Ordinal);
        if (open < 1 || text[open - 1] != ' ' || close < open || text.AsSpan(close + 1).IndexOfAny('<', '>') >= 0)
            return false;
        string name = text[..(open - 1)];
        string email = text[(open + 1)..close];
        string[] when = text[(close + 1)..].Split(' ');
        if (when.Length != 3 || when[0].Length != 0 || text.AsSpan().IndexOfAny('\0', '\n') >= 0
            || email.Contains('<', StringComparison.Ordinal))
            return false;
        if (!long.TryParse(when[1], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > MaxSeconds)
            return false;
        if (!TryParseOffset(when[2], out int offsetMinutes) || !Utf8Text.IsWellFormed(text))
            return false;
        var candidate = new Signature(name, email, seconds, offsetMinutes);

        // Leading zeros and "-0000" would not come out again as they went in.
        if (candidate.ToString() != text)
            return false;
        signature = candidate;
        return true;
    }

    /// <summary>Parses a time zone such as <c>+0100</c>.</summary>
    public static bool TryParseOffset(ReadOnlySpan<char> text, out int offsetMinutes)
    {
        offsetMinutes = 0;
        if (text.Length != 5 || text[0] is not ('+' or '-') || text[1..].ContainsAnyExceptInRange('0', '9'))
            return false;
        int minutes = ((text[3] - '0') * 10) + text[4] - '0';
        int total = (((text[1] - '0') * 10) + text[2] - '0') * 60 + minutes;
        if (minutes > 59 || total > MaxOffsetMinutes)
            return false;
        offsetMinutes = text[0] == '-' ? -total : total;
        return true;
    }

    public override string ToString()
    {
        int minutes = Math.Abs(OffsetMinutes);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Name} <{Email}> {Seconds} {(OffsetMinutes < 0 ? '-' : '+')}{minutes / 60:00}{minutes % 60:00}");
    }

    // Git's rule (ident.c): separators go everywhere, white space and punctuation go at both ends.
    private static string Clean(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c is not ('<' or '>' or '\n' or '\0'))
                _ = kept.Append(c);
        }

        int start = 0;
        int end = kept.Length;
        while (start < end && IsCrud(kept[start]))
            start++;
        while (end > start && IsCrud(kept[end - 1]))
            end--;
        return kept.ToString(start, end - start);
    }

    private static bool IsCrud(char c) => c is <= ' ' or ',' or ':' or ';' or '"' or '\\' or '\'';
}
