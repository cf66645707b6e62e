using System.Globalization;
using System.Text;

namespace Mig.Transfer.Http;

/// <summary>One request, as a line of the log: <c>key=value</c> pairs (logfmt), which people and programs read alike.</summary>
/// <remarks>Queries, headers and tokens are never part of it. What a stranger sent is quoted, so that one request is one line.</remarks>
public sealed record RequestLogEntry
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The address of the client.</summary>
    public required string Client { get; init; }

    public required string Method { get; init; }

    /// <summary>The path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The answer's status.</summary>
    public required int Status { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The name of the token that was shown; null when none was, or none that counts.</summary>
    public string? User { get; init; }

    /// <summary>Which repository it was about; null for none.</summary>
    public string? Repository { get; init; }

    /// <summary>What was asked of it; null for nothing.</summary>
    public string? Verb { get; init; }

    /// <summary>Bytes of the body that came.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes of the body that went.</summary>
    public long BytesOut { get; init; }

    /// <summary>Why it was refused or failed; null when it was not.</summary>
    public string? Error { get; init; }

    /// <summary>The line, without a line break.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(200);
        Add(line, "time", Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        Add(line, "client", Client);
        Add(line, "user", User ?? "-");
        Add(line, "method", Method);
        Add(line, "path", Path);
        Add(line, "repository", Repository);
        Add(line, "call", Verb);
        Add(line, "status", Status.ToString(CultureInfo.InvariantCulture));
        Add(line, "in", BytesIn.ToString(CultureInfo.InvariantCulture));
        Add(line, "out", BytesOut.ToString(CultureInfo.InvariantCulture));
        Add(line, "ms", Duration.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture));
        Add(line, "error", Error);
        return line.ToString();
    }

    private static void Add(StringBuilder line, string key, string? value)
    {
        if (value is null)
            return;
        if (line.Length > 0)
            line.Append(' ');
        line.Append(key).Append('=');
        bool isPlain = value.Length > 0;
        foreach (char c in value)
            isPlain &= c is > ' ' and < '\x7f' and not ('"' or '=' or '\\');
        if (isPlain)
            line.Append(value);
        else
            AppendQuoted(line, value);
    }

    // Control characters, line separators and lone surrogates are escaped; other text stays readable.
    private static void AppendQuoted(StringBuilder line, string value)
    {
        line.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                line.Append('\\').Append((char)rune.Value);
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)
                line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                line.Append(rune.ToString());
        }

        line.Append('"');
    }
}
