using Mig.Core;
using Mig.Store.Checks;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Store.Tests;

public sealed class IndexTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    [Fact]
    public void ManyCommitsLeaveFewIndexesAndLoseNothing()
    {
        const int Commits = 120;
        for (int i = 0; i < Commits; i++)
        {
            using ObjectStore store = _folder.Open();
            StoreFolder.Add(store, Blobs(i));
        }

        Assert.InRange(Directory.EnumerateFiles(_folder.Packs, "*.idx").Count(), 1, 10);
        Assert.Equal(Commits, Directory.EnumerateFiles(_folder.Packs, "*.pack").Count());
        using ObjectStore opened = _folder.Open();
        for (int i = 0; i < Commits; i++)
            CheckBlobs(opened, i);
        ObjectTests.CheckIsClean(opened);
    }

    [Fact]
    public void MergersAndReadersAtOnceLoseNothing()
    {
        // Writers merge each other's indexes away while readers, each with a store of its own, read what is there for certain.
        for (int i = 0; i < 4; i++)
        {
            using ObjectStore store = _folder.Open();
            StoreFolder.Add(store, Blobs(1000 + i));
        }

        using var reader = new Background(() =>
        {
            using ObjectStore store = _folder.Open();
            for (int i = 0; i < 4; i++)
                CheckBlobs(store, 1000 + i);
            Assert.Empty(new StoreCheck(store, isQuick: false, NoProgress.Instance).Run(1, TestContext.Current.CancellationToken).Problems);
        });
        Parallel.For(0, 3, new ParallelOptions { MaxDegreeOfParallelism = 3 }, writer =>
        {
            using ObjectStore store = _folder.Open();
            for (int i = 0; i < 40; i++)
            {
                StoreFolder.Add(store, Blobs((writer * 100) + i));
                CheckBlobs(store, 1000 + (i % 4));
            }
        });
        reader.Stop();
        Assert.True(reader.Rounds > 0);

        using ObjectStore opened = _folder.Open();
        for (int writer = 0; writer < 3; writer++)
        {
            for (int i = 0; i < 40; i++)
                CheckBlobs(opened, (writer * 100) + i);
        }

        ObjectTests.CheckIsClean(opened);
    }

    [Fact]
    public void TwoMergersOfTheSameIndexesAgree()
    {
        using ObjectStore one = _folder.Open(), two = _folder.Open();
        for (int i = 0; i < 4; i++)
            StoreFolder.Add(one, Blobs(i));
        two.Packs.Refresh();
        string temporary = Path.Combine(_folder.Path, ObjectStore.TemporaryFolder);
        StoreFolder.Add(one, Blobs(4)); // this merges
        IndexMerger.MergeSmall(two.Packs, temporary); // and this has not seen it
        IndexMerger.MergeSmall(one.Packs, temporary);
        using ObjectStore opened = _folder.Open();
        for (int i = 0; i < 5; i++)
            CheckBlobs(opened, i);
        ObjectTests.CheckIsClean(opened);
    }

    [Fact]
    public void DamageIsNotMergedIntoAnIndexWithARightChecksum()
    {
        string damaged = "";
        for (int i = 0; i < 40; i++)
        {
            using (ObjectStore store = _folder.Open())
            {
                StoreFolder.Add(store, Blobs(i));
                if (damaged.Length > 0)
                    continue;
            }

            // One bit of the first object's offset in its frame.
            damaged = Directory.EnumerateFiles(_folder.Packs, "*.idx").Single();
            Damage.FlipBitInFile(damaged, (new FileInfo(damaged).Length - PackIndexFormat.TrailerSize - PackIndexFormat.PlaceSize + 4) * 8);
        }

        using ObjectStore opened = _folder.Open();
        StoreCheckResult result = new StoreCheck(opened, isQuick: false, NoProgress.Instance).Run(1, TestContext.Current.CancellationToken);
        Assert.Contains(result.Problems, problem => problem.Message.Contains(damaged, StringComparison.Ordinal));
        for (int i = 1; i < 40; i++)
            CheckBlobs(opened, i);
    }

    [Fact]
    public void WhatAnIndexSaysOfAMissingPackDoesNotCountAndIsReported()
    {
        using (ObjectStore store = _folder.Open())
            StoreFolder.Add(store, Blobs(1));
        File.Delete(Directory.EnumerateFiles(_folder.Packs, "*.pack").Single());
        CheckIsLost("IDX-002");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void WhatAnIndexSaysOfAPackOfAnotherLengthDoesNotCountAndIsReported(int more)
    {
        using (ObjectStore store = _folder.Open())
            StoreFolder.Add(store, Blobs(1));
        string pack = Directory.EnumerateFiles(_folder.Packs, "*.pack").Single();
        long length = new FileInfo(pack).Length;
        using (FileStream file = File.OpenWrite(pack))
            file.SetLength(length + more);
        Assert.Contains($"has {length} bytes, it has {length + more}", CheckIsLost("IDX-003"), StringComparison.Ordinal);
    }

    // As merging makes it: one index over a pack that is whole and one that is not.
    [Fact]
    public void TheOtherPacksOfAnIndexCount()
    {
        for (int i = 1; i <= 6; i++)
        {
            using ObjectStore store = _folder.Open();
            StoreFolder.Add(store, [ObjectTests.Noise(1000 + i)]);
        }

        string cut = Directory.EnumerateFiles(_folder.Packs, "*.pack").OrderBy(File.GetLastWriteTimeUtc).First();
        File.AppendAllText(cut, "what a failed write left");
        using ObjectStore opened = _folder.Open();
        Assert.Contains(opened.Packs.Indexes, index => index.PackCount > 1 && index.HasLost);
        int[] there = [.. Enumerable.Range(1, 6).Where(i => opened.Contains(ObjectId.Of(ObjectTests.Noise(1000 + i))))];
        Assert.Equal(5, there.Length);
        Assert.All(there, i => Assert.Equal(
            ObjectTests.Noise(1000 + i), opened.Read(ObjectId.Of(ObjectTests.Noise(1000 + i)), ObjectKind.Blob)));

        // Whoever gives the same objects again is not told that they are here.
        byte[] lost = ObjectTests.Noise(1000 + Enumerable.Range(1, 6).Except(there).Single());
        StoreFolder.Add(opened, [lost]);
        Assert.Equal(lost, opened.Read(ObjectId.Of(lost), ObjectKind.Blob));
    }

    public void Dispose() => _folder.Dispose();

    private string CheckIsLost(string code)
    {
        using ObjectStore opened = _folder.Open();
        Assert.False(opened.Contains(ObjectId.Of(Blobs(1).First())));
        Assert.False(opened.TryFind(ObjectId.Of(Blobs(1).First()), out _));
        Assert.Empty(opened.ListPacks());
        Assert.Equal(code, Assert.Throws<CorruptStoreException>(() => opened.Read(ObjectId.Of(Blobs(1).First()), ObjectKind.Blob)).Code);
        CorruptStoreException problem = Assert.Single(
            new StoreCheck(opened, isQuick: false, NoProgress.Instance).Run(1, TestContext.Current.CancellationToken).LostPacks);
        Assert.Equal(code, problem.Code);

        // The same objects again: the pack has the same name, and is whole again.
        StoreFolder.Add(opened, Blobs(1));
        CheckBlobs(opened, 1);
        using ObjectStore again = _folder.Open();
        ObjectTests.CheckIsClean(again);
        Assert.Empty(again.Packs.Lost);
        return problem.Message;
    }

    private static IEnumerable<byte[]> Blobs(int commit) => Enumerable.Range(0, 6).Select(i => MixedBytes.Make(300 + i, (commit * 10) + i));

    private static void CheckBlobs(ObjectStore store, int commit) =>
        Assert.All(Blobs(commit), blob => Assert.Equal(blob, store.Read(ObjectId.Of(blob), ObjectKind.Blob)));
}
