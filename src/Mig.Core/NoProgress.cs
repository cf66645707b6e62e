namespace Mig.Core;

/// <summary>A sink for callers who do not ask.</summary>
public sealed class NoProgress : IProgressSink
{
    public static NoProgress Instance { get; } = new();

    public void Begin(string phase, long totalBytes)
    {
    }

    public void Advance(long bytes)
    {
    }
}
