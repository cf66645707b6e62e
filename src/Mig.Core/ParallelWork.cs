using System.Runtime.ExceptionServices;

namespace Mig.Core;

/// <summary>
/// Work on several threads. The first failure ends it and is thrown as it is, with its own stack; a cancellation that only followed from it
/// is not.
/// </summary>
public static class ParallelWork
{
    /// <summary>Does something for each item, in no order.</summary>
    /// <param name="parallelism">How many threads may work at once; -1 for as many as there are.</param>
    /// <param name="work">For several threads at once.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and nothing failed.</exception>
    public static void ForEach<T>(IEnumerable<T> items, int parallelism, Action<T> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(work);
        Unwrap(() => Parallel.ForEach(items, OptionsOf(parallelism, cancellation), work));
    }

    /// <summary>Does something for each item, in no order, with something that each thread makes for itself.</summary>
    /// <inheritdoc cref="ForEach{T}"/>
    public static void ForEach<T, TOwn>(
        IEnumerable<T> items, int parallelism, Func<TOwn> make, Action<T, TOwn> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(work);
        Unwrap(() => Parallel.ForEach(
            items,
            OptionsOf(parallelism, cancellation),
            make,
            (item, _, own) =>
            {
                work(item, own);
                return own;
            },
            static _ => { }));
    }

    /// <summary>Does something for each number below <paramref name="count"/>, in no order.</summary>
    /// <inheritdoc cref="ForEach{T}"/>
    public static void For(int count, int parallelism, Action<int> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        Unwrap(() => Parallel.For(0, count, OptionsOf(parallelism, cancellation), work));
    }

    /// <summary>
    /// Runs one thing on so many threads of its own, or here when one is enough, each of which takes what is next to do, and waits for all
    /// of them.
    /// </summary>
    /// <param name="work">Given a token that asks it to stop: by the caller, or because another thread failed.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and nothing failed.</exception>
    public static void Run(int threads, Action<CancellationToken> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (threads == 1)
        {
            work(cancellation);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = new Task[threads];
        for (int i = 0; i < tasks.Length; i++)
            tasks[i] = Start(() => work(stop.Token), stop);
        Unwrap(() => Task.WaitAll(tasks, CancellationToken.None));
    }

    /// <summary>Starts something on a thread of its own; when it fails, the others are asked to stop.</summary>
    public static Task Start(Action work, CancellationTokenSource stop) =>
        Task.Factory.StartNew(() => Guard(work, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Does something here; when it fails, the others are asked to stop.</summary>
    public static void Guard(Action work, CancellationTokenSource stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(stop);
        try
        {
            work();
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    /// <summary>
    /// Throws the failure that was the cause: the first one that is not a cancellation. Returns when there is none at all.
    /// </summary>
    public static void ThrowFirst(IReadOnlyList<Exception> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        if (failures.Count > 0)
            ExceptionDispatchInfo.Throw(failures.FirstOrDefault(static e => e is not OperationCanceledException) ?? failures[0]);
    }

    private static ParallelOptions OptionsOf(int parallelism, CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };

    private static void Unwrap(Action run)
    {
        try
        {
            run();
        }
        catch (AggregateException e)
        {
            ThrowFirst(e.Flatten().InnerExceptions);
        }
    }
}
