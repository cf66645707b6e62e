using Mig.Core;
using Mig.Store.Content;
using Mig.Testing;

namespace Mig.Store.Tests;

public sealed class ChunkListTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(30_000)]
    public void ChunksAndHolesComeBackInOrder(int count)
    {
        List<Chunk> chunks = Chunks(count, 1);
        ListId id = Write(chunks);
        using ObjectStore store = _folder.Open();
        Assert.Equal(chunks, ChunkList.ReadChunks(store, id));
        Assert.Equal(new ChunkList(chunks.Sum(chunk => chunk.Length), Hash), ChunkList.Read(store, id));
        Assert.Equal(count > 4096, ChunkList.ReadEntries(store, id).Depth > 0);
    }

    [Fact]
    public void AChangeInTheMiddleRewritesFewNodes()
    {
        List<Chunk> chunks = Chunks(50_000, 2);
        Write(chunks);
        chunks.Insert(25_000, Chunk.Hole(65536));
        using ObjectStore store = _folder.Open();
        using ObjectWriter writer = store.BeginWrite(StoreOptions.Default);
        ChunkList.Write(writer, chunks, chunks.Sum(chunk => chunk.Length), Hash);
        Assert.InRange(writer.NewObjectCount, 1, 4);
    }

    [Fact]
    public void HolesAloneNestToo()
    {
        List<Chunk> chunks = [.. Enumerable.Repeat(Chunk.Hole(1), 10_000)];
        ListId id = Write(chunks);
        using ObjectStore store = _folder.Open();
        Assert.Equal(chunks, ChunkList.ReadChunks(store, id));
    }

    [Fact]
    public void EveryTruncationAndBitFlipOfAListIsRefusedOrReadsAsAnotherList()
    {
        // Stored under its own id, so that only the payload's own checks stand in the way.
        List<Chunk> chunks = Chunks(7, 4);
        ListId id = Write(chunks);
        byte[] payload;
        using (ObjectStore store = _folder.Open())
            payload = store.ReadPayload(id.Value, ObjectKind.List).ToArray();
        List<byte[]> damaged = [.. Enumerable.Range(0, payload.Length).Select(length => payload[..length])];
        damaged.AddRange(Enumerable.Range(0, payload.Length * 8).Select(bit => Damage.FlipBit(payload, bit)));
        using ObjectStore opened = _folder.Open();
        List<ListId> ids;
        using (ObjectWriter writer = opened.BeginWrite(StoreOptions.Default))
        {
            ids = [.. damaged.Select(bytes => new ListId(writer.AddObject(ObjectKind.List, bytes)))];
            writer.Complete();
        }

        int refused = 0;
        foreach (ListId item in ids)
        {
            try
            {
                _ = ChunkList.Read(opened, item);
                List<Chunk> read = [.. ChunkList.ReadChunks(opened, item)];
                Assert.False(read.SequenceEqual(chunks) && ChunkList.Read(opened, item) == ChunkList.Read(opened, id),
                    $"list {item} is another object and says the same");
            }
            catch (CorruptStoreException)
            {
                refused++;
            }
        }

        Assert.True(refused >= payload.Length, $"{refused} of {damaged.Count} refused");
    }

    public void Dispose() => _folder.Dispose();

    private static ObjectId Hash => ObjectId.Of("content"u8);

    private static List<Chunk> Chunks(int count, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[16];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            random.NextBytes(bytes);
            return random.Next(10) == 0 ? Chunk.Hole(1L << random.Next(50))
                : new Chunk(new BlobId(ObjectId.Of(bytes)), 1 + random.Next(BlobLimits.MaxBlobSize), IsHole: false);
        })];
    }

    private ListId Write(List<Chunk> chunks)
    {
        using ObjectStore store = _folder.Open();
        using ObjectWriter writer = store.BeginWrite(StoreOptions.Default);
        ListId id = ChunkList.Write(writer, chunks, chunks.Sum(chunk => chunk.Length), Hash);
        writer.Complete();
        return id;
    }
}
