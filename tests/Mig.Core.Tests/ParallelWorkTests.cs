namespace Mig.Core.Tests;

/// <summary>What fails first is what is thrown, whoever was stopped because of it.</summary>
public class ParallelWorkTests
{
    [Fact]
    public void EveryItemIsDoneOnce()
    {
        int[] done = new int[1000];
        ParallelWork.For(done.Length, 4, i => Interlocked.Increment(ref done[i]), TestContext.Current.CancellationToken);
        ParallelWork.ForEach(Enumerable.Range(0, done.Length), 4, i =>
            Interlocked.Increment(ref done[i]), TestContext.Current.CancellationToken);
        Assert.All(done, count => Assert.Equal(2, count));
    }

    [Fact]
    public void TheCauseIsThrownAndNotTheCancellationThatFollows()
    {
        using var begun = new Barrier(3);
        IOException full = Assert.Throws<IOException>(() => ParallelWork.Run(
            3,
            stop =>
            {
                if (begun.SignalAndWait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)
                    && Interlocked.Increment(ref _turns) == 2)
                    throw new IOException("full");
                stop.WaitHandle.WaitOne();
                stop.ThrowIfCancellationRequested();
            },
            TestContext.Current.CancellationToken));
        Assert.Equal("full", full.Message);
    }

    [Fact]
    public void ACancellationIsOneWhenNothingElseFailed()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ParallelWork.Run(2, stop => stop.ThrowIfCancellationRequested(), source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => ParallelWork.For(10, 2, _ => { }, source.Token));
    }

    [Fact]
    public void WhatAThreadMakesForItselfIsItsOwn()
    {
        var all = new System.Collections.Concurrent.ConcurrentBag<List<int>>();
        ParallelWork.ForEach(
            Enumerable.Range(0, 100),
            2,
            () =>
            {
                List<int> own = [];
                all.Add(own);
                return own;
            },
            (item, own) => own.Add(item),
            TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 100), all.SelectMany(own => own).Order());
    }

    private int _turns;
}
