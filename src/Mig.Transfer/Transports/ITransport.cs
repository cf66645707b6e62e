using Mig.Store;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Carries requests and answers. One call at a time, or as many as <see cref="MaxStreams"/> says.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>Who is at the other end, for messages.</summary>
    string Peer { get; }

    /// <summary>How many calls may be under way at once, each on its own thread, once one was answered.</summary>
    int MaxStreams { get; }

    /// <summary>Whether anything has ever come from the other side; if not, it may well be that there is none.</summary>
    bool HasAnswered { get; }

    /// <summary>What to do when a call breaks.</summary>
    RetryPolicy Retries { get; }

    /// <summary>
    /// The store at the other end, where it is one of this user on this machine whose packs may be taken over as they are; null elsewhere.
    /// </summary>
    ObjectStore? SharedStore => null;

    /// <summary>Bytes sent and received.</summary>
    long WireBytes { get; }

    /// <summary>Sends a request and reads its answer, over a new connection where the last one broke.</summary>
    /// <param name="write">Writes the records of the request; the end is added.</param>
    /// <param name="read">Reads the answer up to its end.</param>
    T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation);
}
