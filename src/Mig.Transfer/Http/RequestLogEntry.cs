using System.Globalization;
using Mig.Core;

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
        var line = new LogLine();
        line.Add("time", Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        line.Add("client", Client);
        line.Add("user", User ?? "-");
        line.Add("method", Method);
        line.Add("path", Path);
        line.Add("repository", Repository);
        line.Add("call", Verb);
        line.Add("status", Status.ToString(CultureInfo.InvariantCulture));
        line.Add("in", BytesIn.ToString(CultureInfo.InvariantCulture));
        line.Add("out", BytesOut.ToString(CultureInfo.InvariantCulture));
        line.Add("ms", Duration.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture));
        line.Add("error", Error);
        return line.ToString();
    }
}
