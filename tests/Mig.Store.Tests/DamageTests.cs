using Mig.Core;
using Mig.Store.Checks;
using Mig.Store.Content;
using Mig.Testing;

namespace Mig.Store.Tests;

/// <summary>
/// Every truncation and every single-bit flip of each file of a small store: reads give the right bytes or say that the store is damaged,
/// and the check reports each. There is no bit that it does not cover.
/// </summary>
public sealed class DamageTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly List<(ObjectKind Kind, ObjectId Id, byte[] Payload)> _objects = [];
    private readonly List<Chunk> _chunks;
    private readonly ListId _list;

    public DamageTests()
    {
        byte[][] blobs = [.. Enumerable.Range(0, 3).Select(i => MixedBytes.Make(90 + i, i)), [], ObjectTests.Noise(60), new byte[2000]];
        _chunks = [new Chunk(new BlobId(ObjectId.Of(blobs[0])), blobs[0].Length, IsHole: false), Chunk.Hole(70_000)];
        using ObjectStore store = _folder.Open();
        using ObjectWriter writer = store.BeginWrite(StoreOptions.Default with { ContentFrameSize = 200 });
        foreach (byte[] blob in blobs)
        {
            var id = new BlobId(ObjectId.Of(blob));
            writer.AddBlob(id, blob, new Packs.OrderKey(0, 0, (ulong)_objects.Count));
            _objects.Add((ObjectKind.Blob, id.Value, blob));
        }

        _list = ChunkList.Write(writer, _chunks, _chunks.Sum(chunk => chunk.Length), ObjectId.Of("content"u8));
        _objects.Add((ObjectKind.Tree, writer.AddObject(ObjectKind.Tree, blobs[1]), blobs[1]));
        writer.Complete();
    }

    [Fact]
    public void AnUndamagedStoreIsClean()
    {
        Assert.Equal((3, 0), Look());
        Assert.Equal(2, Directory.EnumerateFiles(_folder.Packs, "*.pack").Count());
    }

    [Fact]
    public void EveryBitOfEveryPackCounts() => FlipAll("*.pack");

    [Fact]
    public void EveryBitOfTheIndexCounts() => FlipAll("*.idx");

    [Fact]
    public void EveryTruncationIsNoticed()
    {
        foreach (string path in Directory.EnumerateFiles(_folder.Packs).Order().ToList())
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int length = 0; length < whole.Length; length++)
            {
                File.WriteAllBytes(path, whole[..length]);
                Assert.True(Look().Problems > 0, $"{path} cut to {length} of {whole.Length} bytes is not reported");
            }

            File.WriteAllBytes(path, [.. whole, 0]);
            Assert.True(Look().Problems > 0, $"{path} with a byte more is not reported");
            File.WriteAllBytes(path, whole);
        }

        Assert.Equal(0, Look().Problems);
    }

    [Fact]
    public void SwappedAndZeroedFilesAreNoticed()
    {
        string[] packs = [.. Directory.EnumerateFiles(_folder.Packs, "*.pack")];
        byte[] first = File.ReadAllBytes(packs[0]), second = File.ReadAllBytes(packs[1]);
        File.WriteAllBytes(packs[0], second);
        Assert.True(Look().Problems > 0);
        File.WriteAllBytes(packs[1], first);
        Assert.True(Look().Problems > 0);
        File.WriteAllBytes(packs[0], first);
        File.WriteAllBytes(packs[1], new byte[second.Length]);
        Assert.True(Look().Problems > 0);
        File.WriteAllBytes(packs[1], second);
        Assert.Equal(0, Look().Problems);
    }

    public void Dispose() => _folder.Dispose();

    private void FlipAll(string pattern)
    {
        foreach (string path in Directory.EnumerateFiles(_folder.Packs, pattern).Order().ToList())
        {
            long bits = new FileInfo(path).Length * 8;
            for (long bit = 0; bit < bits; bit++)
            {
                Damage.FlipBitInFile(path, bit);
                Assert.True(Look().Problems > 0, $"bit {bit % 8} of byte {bit / 8} of {path} is not covered");
                Damage.FlipBitInFile(path, bit);
            }
        }

        Assert.Equal(0, Look().Problems);
    }

    // Reads everything; only the documented exception may come out, and never wrong bytes.
    private (long Packs, int Problems) Look()
    {
        using ObjectStore store = _folder.Open();
        foreach ((ObjectKind kind, ObjectId id, byte[] payload) in _objects)
        {
            Allow(() =>
            {
                byte[] bytes = kind == ObjectKind.Blob ? store.Read(id, kind) : store.ReadPayload(id, kind).ToArray();
                Assert.True(bytes.AsSpan().SequenceEqual(payload), $"wrong bytes for {id}");
            });
            Allow(() => store.FindByPrefix(id.ToShortString(6)));
        }

        Allow(() => Assert.Equal(_chunks, ChunkList.ReadChunks(store, _list).ToList()));
        Allow(() => store.ReadBlobs(
            [.. _objects.Where(item => item.Kind == ObjectKind.Blob).Select(item => new BlobId(item.Id))],
            1,
            (index, bytes) => Assert.True(bytes.SequenceEqual(_objects[index].Payload))));
        StoreCheckResult result = new StoreCheck(store, isQuick: false, NoProgress.Instance).Run(1, TestContext.Current.CancellationToken);
        int problems = result.Problems.Count + result.LostPacks.Count;
        return (result.Packs + (problems == 0 ? 1 : 0), problems);
    }

    private static void Allow(Action action)
    {
        try
        {
            action();
        }
        catch (CorruptStoreException)
        {
            // The documented answer to damage.
        }
    }
}
