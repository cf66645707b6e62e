using Mig.Core;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Store.Tests;

/// <summary>The frames that are kept in memory.</summary>
public sealed class FrameCacheTests
{
    private const int Length = 100_000;

    [Fact]
    public void Many_that_want_a_frame_at_once_wait_for_one_decompression()
    {
        var cache = new FrameCache(1 << 20);
        using var all = new CountdownEvent(1);
        int fills = 0;
        Thread[] readers = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() => cache.Release(cache.Acquire(Place(0), Fill))))];
        foreach (Thread reader in readers)
            reader.Start();
        Waiting.Until(() => Volatile.Read(ref fills) == 1
            && readers.All(reader => reader.ThreadState.HasFlag(ThreadState.WaitSleepJoin)));
        all.Signal();
        foreach (Thread reader in readers)
            reader.Join();
        Assert.Equal(1, fills);
        Assert.Equal(1, cache.Filled);

        void Fill(in FramePlace place, Span<byte> raw)
        {
            Interlocked.Increment(ref fills);
            all.Wait();
        }
    }

    [Fact]
    public void Who_waits_for_a_frame_that_fails_tries_itself()
    {
        var cache = new FrameCache(1 << 20);
        using var waits = new ManualResetEventSlim();
        int fills = 0;
        var first = new Thread(() => Assert.Throws<CorruptStoreException>(() => cache.Acquire(Place(0), Fill)));
        first.Start();
        Waiting.Until(() => Volatile.Read(ref fills) == 1);
        var second = new Thread(() => cache.Release(cache.Acquire(Place(0), Fill)));
        second.Start();
        Waiting.Until(() => second.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        waits.Set();
        first.Join();
        second.Join();
        Assert.Equal(2, fills);
        Assert.NotNull(cache.TryAcquire(Place(0)));

        void Fill(in FramePlace place, Span<byte> raw)
        {
            if (Interlocked.Increment(ref fills) > 1)
                return;
            waits.Wait();
            throw new CorruptStoreException("PACK-001", "damaged");
        }
    }

    [Fact]
    public void What_was_used_longest_ago_goes_first_and_stays_whole_for_who_has_it()
    {
        var cache = new FrameCache(3 * Length);
        FrameCache.Frame held = cache.Acquire(Place(0), Fill);
        for (int i = 1; i < 4; i++)
            cache.Release(cache.Acquire(Place(i), Fill));
        Assert.Null(cache.TryAcquire(Place(0)));
        cache.Release(cache.TryAcquire(Place(1))!);
        cache.Release(cache.Acquire(Place(4), Fill));
        Assert.Null(cache.TryAcquire(Place(2)));
        cache.Release(cache.TryAcquire(Place(1))!);
        Assert.True(held.Buffer.AsSpan(0, Length).IndexOfAnyExcept((byte)0) < 0);
        cache.Release(held);

        static void Fill(in FramePlace place, Span<byte> raw) => raw.Fill((byte)place.Offset);
    }

    [Fact]
    public void Bytes_that_were_checked_as_one_object_are_not_another()
    {
        var cache = new FrameCache(1 << 20);
        FrameCache.Frame frame = cache.Acquire(Place(0), (in FramePlace _, Span<byte> buffer) => buffer.Clear());
        ObjectId id = ObjectId.Of("a"u8), other = ObjectId.Of("b"u8);
        frame.SetChecked(id, 0, 10);
        Assert.True(frame.IsChecked(id, 0, 10));
        Assert.False(frame.IsChecked(other, 0, 10));
        Assert.False(frame.IsChecked(id, 0, 9));
        Assert.False(frame.IsChecked(id, 1, 10));
        cache.Release(frame);
    }

    [Fact]
    public void A_part_of_a_blob_comes_out_of_memory_only_once_the_whole_was_checked()
    {
        using var folder = new StoreFolder();
        byte[] bytes = new byte[50_000];
        new Random(3).NextBytes(bytes);
        BlobId id;
        using (ObjectStore store = folder.Open())
            id = StoreFolder.Add(store, [bytes])[0];

        var cache = new FrameCache(1 << 20);
        using (ObjectStore store = ObjectStore.Open(folder.Path, cache))
        using (ObjectStore other = ObjectStore.Open(folder.Path, cache))
        {
            byte[] part = new byte[1000];
            Assert.False(store.TryReadBlobPart(id, 0, part));
            store.ReadBlobPart(id, 49_000, part);
            Assert.Equal(bytes[49_000..], part);
            Assert.True(other.TryReadBlobPart(id, 123, part));
            Assert.Equal(bytes[123..1123], part);
            Assert.Equal("STORE-003", Assert.Throws<CorruptStoreException>(() => store.ReadBlobPart(id, 49_001, part)).Code);
            Assert.False(store.TryReadBlobPart(id, 49_001, part));
            Assert.Equal("STORE-002", Assert.Throws<CorruptStoreException>(() => store
                .ReadBlobPart(new BlobId(ObjectId.Of([1])), 0, part)).Code);
        }

        Assert.Equal(1, cache.Filled);
    }

    private static FramePlace Place(int number) => new(ObjectId.Of([9]), number, Length, Length);
}
