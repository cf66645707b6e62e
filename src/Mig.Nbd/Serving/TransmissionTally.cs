namespace Mig.Nbd.Serving;

/// <summary>What a connection came to. For many threads.</summary>
internal sealed class TransmissionTally
{
    private long _requests;
    private long _bytesOut;
    private long _bytesIn;

    public long Requests => Interlocked.Read(ref _requests);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public void AddRequest() => Interlocked.Increment(ref _requests);

    public void AddOut(long bytes) => Interlocked.Add(ref _bytesOut, bytes);

    public void AddIn(long bytes) => Interlocked.Add(ref _bytesIn, bytes);
}
