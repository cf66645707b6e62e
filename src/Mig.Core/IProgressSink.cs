namespace Mig.Core;

/// <summary>Receives how far long work has come. Calls come from several threads at once.</summary>
public interface IProgressSink
{
    /// <summary>A new phase begins; <paramref name="totalBytes"/> is 0 when unknown.</summary>
    void Begin(string phase, long totalBytes);

    /// <summary>So many more bytes of the phase are done.</summary>
    void Advance(long bytes);
}
