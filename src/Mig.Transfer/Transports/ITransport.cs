using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Carries requests and answers. One call at a time.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>Who is at the other end, for messages.</summary>
    string Peer { get; }

    /// <summary>Bytes sent and received.</summary>
    long WireBytes { get; }

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="write">Writes the records of the request; the end is added.</param>
    /// <param name="read">Reads the answer up to its end.</param>
    T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation);
}
