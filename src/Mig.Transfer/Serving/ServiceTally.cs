namespace Mig.Transfer.Serving;

/// <summary>What became of the last call of a service, for logs and counters.</summary>
internal sealed class ServiceTally
{
    /// <summary>What was asked; null while it is not known to be a verb.</summary>
    public string? Verb { get; set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public string? Error { get; set; }

    /// <summary>Whether the fault is the server's.</summary>
    public bool IsFault { get; set; }

    public long ObjectsSent { get; set; }

    public long ObjectsReceived { get; set; }

    /// <summary>Whether a push moved a ref; null when none was asked for.</summary>
    public bool? HasMoved { get; set; }
}
