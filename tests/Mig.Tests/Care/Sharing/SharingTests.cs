using Mig.Care.Sharing;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Images.Browse;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Care.Sharing;

/// <summary>What images share, against a plain count of all pieces of all their disks.</summary>
public sealed class SharingTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Fact]
    public void SharedBytesAreThoseOfTheBlobsThatBothHave()
    {
        TestDisks.FileSystem(_repository.Files, "a", "-t ext4 -b 4096", "24M");
        TestDisks.FileSystem(_repository.Files, "b", "-t ext2 -b 1024", "24M");
        File.Copy(_repository.Files["a"], _repository.Files["c"]);
        using (var mount = new LoopMount(_repository.Files["c"], "defaults"))
            File.WriteAllBytes(Path.Combine(mount.Path, "more"), MixedBytes.Make(500_000, 9));
        _repository.Files.Write("d", MixedBytes.Make(300_032, 10));
        List<(string Name, ImageId Image)> images = [.. "abcda".Select(name => (name.ToString(), Commit(name.ToString())))];
        using Repository repository = _repository.Open();
        SharingMatrix matrix = SharingMatrix.Measure(
            repository, images, new AnswerCoverage(repository), TestContext.Current.CancellationToken);
        List<Dictionary<BlobId, long>> contents = [.. images.Select(image => Content(repository, image.Image))];
        for (int i = 0; i < images.Count; i++)
        {
            for (int j = 0; j < images.Count; j++)
                Assert.Equal(contents[i].Where(blob => contents[j].ContainsKey(blob.Key)).Sum(blob => blob.Value), matrix.Shared[i][j]);
        }

        // Not all alike, and not all apart.
        Assert.True(matrix.Shared[0][1] > 2_000_000 && matrix.Part(0, 1) < 1 && matrix.Part(0, 2) > 0.8 && matrix.Shared[0][3] == 0
            && matrix.Part(0, 4) == 1.0);

        Assert.Equal([[0, 1, 2, 4], [3]], matrix.FindClusters(0.5));
        Assert.Equal([[0, 4], [1], [2], [3]], matrix.FindClusters(1));
    }

    [Fact]
    public void ClustersGrowByChains()
    {
        // 0 and 1 share half, 1 and 2 share half, 0 and 2 nothing; 3 is small and within 2.
        var matrix = new SharingMatrix(["a", "b", "c", "d"], [[100, 50, 0, 0], [50, 100, 50, 0], [0, 50, 100, 10], [0, 0, 10, 10]]);
        Assert.Equal([[0, 1, 2, 3]], matrix.FindClusters(0.5));
        Assert.Equal([[2, 3], [0], [1]], matrix.FindClusters(0.51));
    }

    public void Dispose() => _repository.Dispose();

    private ImageId Commit(string disk) =>
        _repository.Commit(new CommitRequest { Disks = [_repository.Files[disk]], Message = disk, AllowEmpty = true }).Image;

    private static Dictionary<BlobId, long> Content(Repository repository, ImageId id)
    {
        var blobs = new Dictionary<BlobId, long>();
        foreach (ImageDisk disk in repository.Objects.ReadImage(id).Disks)
        {
            foreach (LayoutPiece piece in LayoutReader.ReadPieces(
                repository.Store, disk.Layout, disk.Length, new ByteRange(0, disk.Length)))
                blobs[piece.Blob] = repository.Store.Find(piece.Blob.Value).Length;
        }

        return blobs;
    }
}
