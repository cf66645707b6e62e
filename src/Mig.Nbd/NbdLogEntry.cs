namespace Mig.Nbd;

/// <summary>One connection that chose a disk, when it is over.</summary>
public sealed record NbdLogEntry
{
    /// <summary>When it came.</summary>
    public required DateTimeOffset Time { get; init; }

    public required string Client { get; init; }

    public required string Export { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Requests that were answered.</summary>
    public long Requests { get; init; }

    /// <summary>Bytes that were read and sent.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes that came and were written.</summary>
    public long BytesIn { get; init; }

    /// <summary>Why it was cut; null when the client went.</summary>
    public string? Error { get; init; }
}
