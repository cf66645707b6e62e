using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Mig.Store;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Exchange;

/// <summary>Reads the frames of a message, and has them handled on other threads while the next ones arrive.</summary>
internal static class FramePump
{
    // Frames may have 40 MiB; most have 1.
    private const long MaxBytes = 64 << 20;

    /// <summary>Reads up to the end of the message.</summary>
    /// <param name="handle">Given each frame, valid during the call only; called from several threads.</param>
    public static void Run(MessageReader reader, int parallelism, Action<ReadOnlyMemory<byte>> handle, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var queue = new BlockingCollection<(byte[] Buffer, int Length)>(parallelism);
        var budget = new ByteBudget(MaxBytes);
        Task[] workers = [.. Enumerable.Range(0, parallelism)
            .Select(_ => Task.Factory.StartNew(() =>
            Work(queue, handle, budget, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            while (reader.Read())
            {
                if (reader.Type != RecordType.Frame)
                    throw reader.Unexpected("a frame was expected");
                budget.Take(reader.Payload.Length, stop.Token);
                byte[] buffer = FrameBuffers.Shared.Rent(reader.Payload.Length);
                reader.Payload.CopyTo(buffer);
                queue.Add((buffer, reader.Payload.Length), stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // A worker failed: what it says is thrown below. A line that stands still ends its call in the same way, and is no end of the
            // message.
        }
        finally
        {
            queue.CompleteAdding();
            ((IAsyncResult)Task.WhenAll(workers)).AsyncWaitHandle.WaitOne();
        }

        if (workers.FirstOrDefault(worker => worker.IsFaulted) is { Exception: { } failure })
            ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
    }

    private static void Work(BlockingCollection<(byte[] Buffer, int Length)> queue, Action<ReadOnlyMemory<byte>> handle, ByteBudget budget,
        CancellationTokenSource stop)
    {
        try
        {
            foreach ((byte[] buffer, int length) in queue.GetConsumingEnumerable())
            {
                handle(buffer.AsMemory(0, length));
                FrameBuffers.Shared.Return(buffer);
                budget.Give(length);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }
}
