using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Store.Exchange;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Moves contents over several streams at once, where the transport has them: one alone is often slower than the line.</summary>
internal static class ParallelCalls
{
    // Fewer are through before another connection is made.
    private const int MinObjects = 1000;
    private const int MaxAttempts = 5;

    /// <summary>Makes one call for each share of the frames that hold the objects.</summary>
    /// <param name="objects">How many objects there are.</param>
    /// <param name="call">Makes the call for a share; called on several threads, and again for a share whose connection was refused while others went through.</param>
    public static void Run(ITransport transport, int objects, Action<FrameShare, CancellationToken> call, CancellationToken cancellation)
    {
        int count = Math.Clamp(objects / MinObjects, 1, transport.MaxStreams);
        if (count == 1)
        {
            call(FrameShare.All, cancellation);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => failures[i] = Try(call, new FrameShare(i, count), stop)) { IsBackground = true, Name = $"stream {i}" })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        cancellation.ThrowIfCancellationRequested();
        if (Array.Find(failures, failure => failure is not (null or OperationCanceledException) && !IsBroken(failure)) is { } fatal)
            ExceptionDispatchInfo.Throw(fatal);
        if (Array.TrueForAll(failures, failure => failure is not null))
            ExceptionDispatchInfo.Throw(failures[0]!);

        // The server may allow fewer connections than there are streams: what is left goes over one.
        for (int i = 0; i < count; i++)
        {
            if (failures[i] is not null)
                CallAlone(call, new FrameShare(i, count), cancellation);
        }
    }

    // Connections that the server has just closed may be picked from the pool once more.
    private static void CallAlone(Action<FrameShare, CancellationToken> call, FrameShare share, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                call(share, cancellation);
                return;
            }
            catch (RemoteException e) when (IsBroken(e) && attempt < MaxAttempts)
            {
                cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200 * attempt));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static bool IsBroken(Exception failure) => failure is RemoteException { Code: "REMOTE-010" };

    private static Exception? Try(Action<FrameShare, CancellationToken> call, FrameShare share, CancellationTokenSource stop)
    {
        try
        {
            call(share, stop.Token);
            return null;
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again by the thread that waits
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!IsBroken(e))
                stop.Cancel();
            return e;
        }
    }
}
