using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Checks;
using Mig.Store.Content;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Store.Tests;

public sealed class ObjectTests : IDisposable
{
    private static readonly ObjectKind[] Kinds =
        [ObjectKind.List, ObjectKind.Tree, ObjectKind.Layout, ObjectKind.Image, ObjectKind.Commit, ObjectKind.Tag];
    private static readonly int[] Sizes =
        [0, 1, 2, 63, 64, 65, 127, 128, 4095, 4096, 4097, 65_535, 65_536, 1 << 20, (1 << 20) + 1, (4 << 20) - 1, 4 << 20];

    private readonly StoreFolder _folder = new();

    [Fact]
    public void BlobsOfAllSizesComeBack()
    {
        List<byte[]> blobs = [.. Sizes.Select(size => MixedBytes.Make(size, size))];
        blobs.AddRange(Sizes.Select(Noise));
        List<BlobId> ids;
        using (ObjectStore store = _folder.Open())
            ids = StoreFolder.Add(store, blobs);
        CheckAll(blobs, ids);
    }

    [Fact]
    public void ObjectsOfAllKindsAndSizesComeBack()
    {
        var added = new List<(ObjectKind Kind, ObjectId Id, byte[] Payload)>();
        using (ObjectStore store = _folder.Open())
        {
            using ObjectWriter writer = store.BeginWrite(StoreOptions.Default);
            foreach (ObjectKind kind in Kinds)
            {
                foreach (int size in Sizes.Where(size => size <= 1 << 20))
                {
                    byte[] payload = MixedBytes.Make(size, size + (int)kind);
                    added.Add((kind, writer.AddObject(kind, payload), payload));
                }
            }

            writer.Complete();
        }

        using ObjectStore opened = _folder.Open();
        foreach ((ObjectKind kind, ObjectId id, byte[] payload) in added)
        {
            Assert.True(payload.AsSpan().SequenceEqual(opened.ReadPayload(id, kind).Span), $"{kind} of {payload.Length}");
            Assert.Equal(ObjectId.Of([.. System.Text.Encoding.ASCII.GetBytes($"{ObjectHeader.NameOf(kind)} {payload.Length}\0"),
                .. payload]), id);
            foreach (ObjectKind other in Kinds.Where(other => other != kind))
                Assert.Equal("STORE-003", Assert.Throws<CorruptStoreException>(() => opened.ReadPayload(id, other)).Code);
        }

        CheckIsClean(opened);
    }

    [Fact]
    public void IdsAreWhatSha256SumPrints()
    {
        using var files = new TestFolder();
        using ObjectStore store = _folder.Open();
        foreach (int size in (int[])[0, 1, 4096, 100_000])
        {
            byte[] bytes = MixedBytes.Make(size, 9);
            BlobId id = StoreFolder.Add(store, [bytes])[0];
            Assert.Equal(Tool.Run("sha256sum", files.Write("blob", bytes)).Split(' ')[0], id.ToString());
        }

        using ObjectWriter writer = store.BeginWrite(StoreOptions.Default);
        ObjectId tree = writer.AddObject(ObjectKind.Tree, "payload"u8);
        Assert.Equal(Tool.Run("sha256sum", files.Write("tree", "tree 7\0payload")).Split(' ')[0], tree.ToString());
    }

    [Fact]
    public void ManyThreadsAddAtOnce()
    {
        List<byte[]> blobs = [.. Enumerable.Range(0, 600).Select(i => MixedBytes.Make(1 + (i * 53 % 40_000), i % 400))];
        List<BlobId> ids = [.. blobs.Select(blob => new BlobId(ObjectId.Of(blob)))];
        var options = StoreOptions.Default with { WindowSize = 1 << 20, ContentFrameSize = 64 << 10, MaxPackSize = 2 << 20 };
        using (ObjectStore store = _folder.Open())
        {
            using ObjectWriter writer = store.BeginWrite(options);
            int added = 0;
            Parallel.For(0, blobs.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                if (writer.AddBlob(ids[i], blobs[i], new OrderKey((ulong)(i % 7), 0, (ulong)i)))
                    Interlocked.Increment(ref added);
                writer.AddObject(ObjectKind.Tree, blobs[i]);
            });
            Assert.Equal(ids.Distinct().Count(), added);
            writer.Complete();
        }

        CheckAll(blobs, ids);
    }

    [Fact]
    public void ManyWritersAtOnceInOneFolder()
    {
        // As processes would: each with its own store, some objects in common.
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, writer =>
        {
            using ObjectStore store = _folder.Open();
            for (int round = 0; round < 5; round++)
                StoreFolder.Add(store, Enumerable.Range(0, 10).Select(i => Blob(writer, round, i)));
        });
        using ObjectStore opened = _folder.Open();
        for (int writer = 0; writer < 8; writer++)
        {
            for (int round = 0; round < 5; round++)
            {
                for (int i = 0; i < 10; i++)
                    Assert.Equal(Blob(writer, round, i), opened.Read(ObjectId.Of(Blob(writer, round, i)), ObjectKind.Blob));
            }
        }

        CheckIsClean(opened);

        static byte[] Blob(int writer, int round, int i) =>
            MixedBytes.Make(2000, i < 5 ? (round * 10) + i : (writer * 1000) + (round * 10) + i);
    }

    [Fact]
    public void NothingCountsBeforeComplete()
    {
        byte[] blob = MixedBytes.Make(100_000, 1);
        var id = new BlobId(ObjectId.Of(blob));
        using ObjectStore store = _folder.Open();
        using (ObjectWriter writer = store.BeginWrite(StoreOptions.Default))
        {
            Assert.True(writer.AddBlob(id, blob, default));
            Assert.False(writer.AddBlob(id, blob, default));
            Assert.True(writer.Contains(id.Value));
            Assert.False(store.Contains(id.Value));
        }

        Assert.Equal("STORE-002", Assert.Throws<CorruptStoreException>(() => store.Read(id.Value, ObjectKind.Blob)).Code);
        Assert.Empty(Directory.EnumerateFiles(_folder.Packs));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.Path, "tmp")));
    }

    [Fact]
    public void WhatIsThereIsNotStoredAgain()
    {
        byte[] blob = Noise(500_000);
        using ObjectStore store = _folder.Open();
        StoreFolder.Add(store, [blob]);
        long before = store.Measure().StoredBytes;
        StoreFolder.Add(store, [blob, blob]);
        Assert.Equal(before, store.Measure().StoredBytes);
    }

    [Fact]
    public void BatchesReadTheSameAsSingleReads()
    {
        List<byte[]> blobs = [.. Enumerable.Range(0, 300).Select(i => MixedBytes.Make(i * 97 % 9000, i))];
        using ObjectStore store = _folder.Open();
        List<BlobId> ids = StoreFolder.Add(store, blobs, StoreOptions.Default with { ContentFrameSize = 30_000, MaxPackSize = 200_000 });
        List<int> wanted = [.. Enumerable.Range(0, 1000).Select(i => i * 31 % blobs.Count)];
        int visited = 0;
        store.ReadBlobs([.. wanted.Select(i => ids[i])], 3, (index, bytes) =>
        {
            Interlocked.Increment(ref visited);
            Assert.True(bytes.SequenceEqual(blobs[wanted[index]]));
        }, TestContext.Current.CancellationToken);
        Assert.Equal(wanted.Count, visited);
    }

    [Fact]
    public void PrefixesFindWhatBeginsWithThem()
    {
        using ObjectStore store = _folder.Open();
        List<BlobId> ids = [];
        for (int round = 0; round < 8; round++)
            ids.AddRange(StoreFolder.Add(store, Enumerable.Range(0, 100).Select(i => MixedBytes.Make(50, (round * 60) + i))));
        foreach (int digits in (int[])[0, 1, 2, 3, 4, 7, 63, 64])
        {
            string prefix = ids[17].ToString()[..digits];
            Assert.Equal(
                ids.Select(id => id.Value).Distinct().Where(id => id.ToString().StartsWith(prefix, StringComparison.Ordinal)).Order(),
                store.FindByPrefix(prefix).Select(found => found.Id).Order());
        }
    }

    [Fact]
    public void AFileNobodyHoldsIsClearedAwayAndAHeldOneStays()
    {
        string temporary = Path.Combine(_folder.Path, "tmp");
        string left = Path.Combine(temporary, TemporaryName.Create("pack")), foreign = Path.Combine(temporary, "pack-left");
        File.WriteAllText(left, "left by a killed process");
        File.WriteAllText(foreign, "somebody's notes");
        using ObjectStore store = _folder.Open();
        using (ObjectWriter first = store.BeginWrite(StoreOptions.Default with { WindowSize = 1000 }))
        {
            Assert.Equal([foreign], Directory.EnumerateFiles(temporary));
            File.Delete(foreign);
            byte[] blob = MixedBytes.Make(5000, 1);
            first.AddBlob(new BlobId(ObjectId.Of(blob)), blob, default);
            Assert.True(first.Help());
            Assert.Single(Directory.EnumerateFiles(temporary));
            using ObjectWriter second = store.BeginWrite(StoreOptions.Default);
            Assert.Single(Directory.EnumerateFiles(temporary));
            first.Complete();
        }

        CheckIsClean(store);
    }

    [Fact]
    public void ClearingAwayNeverTakesAFileThatIsBeingMade()
    {
        string temporary = Path.Combine(_folder.Path, "tmp");
        using var cleaner = new Background(() => TemporaryFile.RemoveStale(temporary));
        for (int i = 0; i < 3000; i++)
        {
            using var file = new TemporaryFile(temporary, "pack");
            file.Write("content"u8, 0);
            string published = Path.Combine(_folder.Packs, "published");
            file.Publish(published);
            Assert.Equal(7, new FileInfo(published).Length);
        }

        cleaner.Stop();
    }

    public void Dispose() => _folder.Dispose();

    internal static void CheckIsClean(ObjectStore store)
    {
        StoreCheckResult result = new StoreCheck(store, isQuick: false, NoProgress.Instance).Run(2, TestContext.Current.CancellationToken);
        Assert.Empty(result.Problems);
        Assert.Empty(result.Warnings);
    }

    internal static byte[] Noise(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private void CheckAll(List<byte[]> blobs, List<BlobId> ids)
    {
        using ObjectStore store = _folder.Open();
        for (int i = 0; i < blobs.Count; i++)
            Assert.True(blobs[i].AsSpan().SequenceEqual(store.Read(ids[i].Value, ObjectKind.Blob)), $"blob {i} of {blobs[i].Length} bytes");
        CheckIsClean(store);
    }
}
