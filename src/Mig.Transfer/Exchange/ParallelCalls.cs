using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Moves contents over several streams at once, where the transport has them: one alone is often slower than the line.</summary>
internal static class ParallelCalls
{
    // Fewer are through before another connection is made.
    private const int MinObjects = 1000;

    /// <summary>Returns how many streams are worth their making.</summary>
    public static int Count(ITransport transport, long objects) => (int)Math.Clamp(objects / MinObjects, 1, transport.MaxStreams);

    /// <summary>
    /// Does something on several threads at once, and waits for all of them. One whose connection breaks stops nobody else; any other fault
    /// stops all.
    /// </summary>
    /// <param name="call">Given the number of the stream, from 0.</param>
    /// <exception cref="RemoteException">A connection broke, or worse.</exception>
    public static void Run(int streams, Action<int, CancellationToken> call, CancellationToken cancellation)
    {
        if (streams == 1)
        {
            call(0, cancellation);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var failures = new Exception?[streams];
        Thread[] threads = [.. Enumerable.Range(0, streams)
            .Select(i => new Thread(() => failures[i] = Try(call, i, stop)) { IsBackground = true, Name = $"stream {i}" })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        cancellation.ThrowIfCancellationRequested();
        Exception? worst = Array.Find(failures, failure => failure is not (null or OperationCanceledException)
            && !PersistentCall.IsBroken(failure)) ?? Array.Find(failures, failure => failure is not null);
        if (worst is not null)
            ExceptionDispatchInfo.Throw(worst);
    }

    private static Exception? Try(Action<int, CancellationToken> call, int stream, CancellationTokenSource stop)
    {
        try
        {
            call(stream, stop.Token);
            return null;
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again by the thread that waits
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!PersistentCall.IsBroken(e))
                stop.Cancel();
            return e;
        }
    }
}
