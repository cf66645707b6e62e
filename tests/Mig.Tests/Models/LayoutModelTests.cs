using Mig.Core;
using Mig.History.Graph;
using Mig.History.Layouts;
using Mig.Store;
using Mig.Store.Content;
using Mig.Tests.Support;

namespace Mig.Tests.Models;

/// <summary>Layouts against a list of pieces, and against an array for small disks.</summary>
public sealed class LayoutModelTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((128 << 20) - 1)]
    [InlineData(128 << 20)]
    [InlineData((128 << 20) + 1)]
    [InlineData((129L << 20) + 77)]
    [InlineData(40L << 30)]
    [InlineData((1L << 45) + 5)]
    [InlineData(1L << 62)]
    public void PiecesComeBackFromAnyWindow(long diskLength)
    {
        using Repository repository = _repository.Open();
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            List<LayoutPiece> pieces = Pieces(random, diskLength);
            LayoutId? root = Write(repository, diskLength, pieces);
            Assert.Equal(pieces.Count == 0, root is null);
            var windows = new List<ByteRange> { new(0, diskLength), new(0, 0), new(diskLength, 0), new(diskLength - 1, 1), new(0, 1) };
            for (int i = 0; i < 20; i++)
            {
                long offset = random.NextInt64(diskLength);
                windows.Add(new ByteRange(offset, random.NextInt64(diskLength - offset + 1)));
            }

            foreach (LayoutPiece piece in pieces.Take(5))
                windows.Add(new ByteRange(piece.Offset, piece.Length));
            foreach (ByteRange window in windows)
            {
                List<LayoutPiece> read = [.. LayoutReader.ReadPieces(repository.Store, root, diskLength, window)];
                for (int i = 0; i < read.Count; i++)
                    Assert.True(window.Contains(new ByteRange(read[i].Offset, read[i].Length)) && read[i].Length > 0
                        && (i == 0 || read[i].Offset >= read[i - 1].End), $"seed {seed}: {read[i]} in {window}");
                Assert.True(Join(pieces.Select(piece => Cut(piece, window))).SequenceEqual(Join(read)), $"seed {seed}, window {window}");
            }
        }
    }

    [Fact]
    public void EveryByteOfSmallDisksIsWhereTheArraySaysItIs()
    {
        using Repository repository = _repository.Open();
        const int Length = (2 << 20) + 4321;
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var model = new (BlobId Blob, int Offset)[Length];
            List<LayoutPiece> pieces = Pieces(random, Length);
            foreach (LayoutPiece piece in pieces)
            {
                for (int i = 0; i < piece.Length; i++)
                    model[piece.Offset + i] = (piece.Blob, piece.BlobOffset + i);
            }

            var actual = new (BlobId Blob, int Offset)[Length];
            foreach (LayoutPiece piece in LayoutReader.ReadPieces(
                repository.Store, Write(repository, Length, pieces), Length, new ByteRange(0, Length)))
            {
                for (int i = 0; i < piece.Length; i++)
                    actual[piece.Offset + i] = (piece.Blob, piece.BlobOffset + i);
            }

            Assert.True(model.AsSpan().SequenceEqual(actual), $"seed {seed}");
        }
    }

    [Fact]
    public void OneChangedPieceRewritesOneLeafAndThePathToIt()
    {
        using Repository repository = _repository.Open();
        const long Length = 1L << 40;
        var random = new Random(5);
        List<LayoutPiece> pieces = [.. Enumerable.Range(0, 3000).Select(i => new LayoutPiece((i * 300L) << 20, 4096, Blob(random), 0))];
        LayoutId before = Write(repository, Length, pieces)!.Value;
        pieces[1500] = pieces[1500] with { Blob = Blob(random) };
        LayoutId after;
        using (ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default))
        {
            var layout = new LayoutWriter(writer, Length);
            pieces.ForEach(layout.Add);
            after = layout.Finish()!.Value;
            Assert.Equal(LayoutFormat.RootLevel(Length) + 1, writer.NewObjectCount);
            writer.Complete();
        }

        HashSet<ObjectId> shared = [.. Nodes(repository.Store, before)];
        Assert.Equal(LayoutFormat.RootLevel(Length) + 1, Nodes(repository.Store, after).Count(id => !shared.Contains(id)));
    }

    [Fact]
    public void TheWriterRefusesWhatIsOutOfOrderOrOutside()
    {
        using Repository repository = _repository.Open();
        using ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default);
        BlobId blob = Blob(new Random(1));
        foreach (LayoutPiece piece in (LayoutPiece[])[new(99, 1, blob, 0), new(100, 0, blob, 0), new(100, -1, blob, 0),
            new(1000, 25, blob, 0), new(1025, 1, blob, 0), new(-1, 1, blob, 0)])
        {
            var layout = new LayoutWriter(writer, 1024);
            layout.Add(new LayoutPiece(0, 100, blob, 0));
            Assert.Throws<ArgumentOutOfRangeException>(() => layout.Add(piece));
        }
    }

    public void Dispose() => _repository.Dispose();

    private static LayoutId? Write(Repository repository, long diskLength, List<LayoutPiece> pieces)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default);
        var layout = new LayoutWriter(writer, diskLength);
        pieces.ForEach(layout.Add);
        LayoutId? root = layout.Finish();
        writer.Complete();
        return root;
    }

    private static BlobId Blob(Random random)
    {
        byte[] bytes = new byte[8];
        random.NextBytes(bytes);
        return new BlobId(ObjectId.Of(bytes));
    }

    private static List<LayoutPiece> Pieces(Random random, long diskLength)
    {
        BlobId[] blobs = [.. Enumerable.Range(0, 6).Select(_ => Blob(random))];
        var pieces = new List<LayoutPiece>();
        long step = Math.Max(1, diskLength / (1 + random.Next(60)));
        for (long at = random.Next(3) == 0 ? 0 : random.NextInt64(step); at < diskLength;)
        {
            long length = Math.Min(diskLength - at, 1 + random.Next(1 << random.Next(1, 22)));
            pieces.Add(new LayoutPiece(at, length, blobs[random.Next(blobs.Length)],
                random.Next(BlobLimits.MaxBlobSize - (int)length + 1)));
            at += length;
            if (random.Next(3) > 0)
                at += random.NextInt64(step) + 1;
            if (at < 0)
                break;
        }

        if (random.Next(2) == 0 && (pieces.Count == 0 || pieces[^1].End < diskLength))
            pieces.Add(new LayoutPiece(diskLength - 1, 1, blobs[0], 0));
        return pieces;
    }

    private static LayoutPiece Cut(LayoutPiece piece, ByteRange window)
    {
        ByteRange part = new ByteRange(piece.Offset, piece.Length).Intersect(window);
        return new LayoutPiece(part.Offset, part.Length, piece.Blob, (int)(piece.BlobOffset + part.Offset - piece.Offset));
    }

    // Leaves cut pieces, and the writer joins what follows on: the same bytes all the same.
    private static List<LayoutPiece> Join(IEnumerable<LayoutPiece> pieces)
    {
        var joined = new List<LayoutPiece>();
        foreach (LayoutPiece piece in pieces.Where(piece => piece.Length > 0))
        {
            if (joined.Count > 0 && joined[^1] is var last && last.End == piece.Offset && last.Blob == piece.Blob && last.BlobOffset
                + last.Length == piece.BlobOffset)
                joined[^1] = last with { Length = last.Length + piece.Length };
            else
                joined.Add(piece);
        }

        return joined;
    }

    private static IEnumerable<ObjectId> Nodes(ObjectStore store, LayoutId root) =>
        ObjectReferences.Of(store, root.Value, ObjectKind.Layout).Where(next => next.Kind == ObjectKind.Layout)
            .SelectMany(next => Nodes(store, new LayoutId(next.Id))).Prepend(root.Value);
}
