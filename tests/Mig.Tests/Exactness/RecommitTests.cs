using System.Globalization;
using System.Text.RegularExpressions;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exactness;

/// <summary>What the second commit of a disk costs, and what leaving free space out leaves in.</summary>
public sealed partial class RecommitTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private TestFolder Files => _repository.Files;

    [Fact]
    public void AnUnchangedDiskMakesNoCommit()
    {
        TestDisks.Gpt(Files, "disk");
        CommitResult first = _repository.Commit("disk");
        string[] before = [.. Directory.EnumerateFiles(Path.Combine(_repository.Folder, "packs")).Order()];
        File.Copy(Files["disk"], Files["copy"]);
        CommitResult second = _repository.Commit("copy");
        Assert.Null(second.Id);
        Assert.Equal(before, Directory.EnumerateFiles(Path.Combine(_repository.Folder, "packs")).Order());
        CommitResult third = _repository.Commit(new CommitRequest { Disks = [Files["disk"]], Message = "again", AllowEmpty = true });
        Assert.NotNull(third.Id);
        Assert.Equal(first.Image, third.Image);
        Assert.InRange(third.StoredBytes, 1, 1000);
        _repository.AssertClean();
    }

    [Fact]
    public void ASmallChangeAddsLittle()
    {
        TestDisks.FileSystem(Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using (var mount = new LoopMount(Files["disk"], "defaults"))
            File.AppendAllText(Path.Combine(mount.Path, "etc/os-release"), "VERSION=2\n");
        CommitResult second = _repository.AssertExact("disk");
        Assert.InRange(second.StoredBytes, 1, 300_000);
        Judge.AssertSame(Files["disk"], _repository.Export("again"));
        Assert.NotEqual(Judge.Sha256(Files["disk"]), Judge.Sha256(_repository.Export("old", revision: "HEAD~1")));
        _repository.AssertClean();
    }

    [Fact]
    public void EqualFilesOnDifferentDisksAreStoredOnce()
    {
        // Contents that do not compress: what is stored twice shows.
        byte[] content = new byte[3_000_000];
        new Random(4).NextBytes(content);
        Directory.CreateDirectory(Files["sources/data"]);
        File.WriteAllBytes(Files["sources/data/large"], content);
        for (int i = 0; i < 50; i++)
            File.WriteAllBytes(Files[$"sources/data/small{i}"], content[(i * 1000)..((i * 1000) + 9000 + i)]);
        TestDisks.FileSystem(Files, "one", "-t ext4 -b 4096", "24M");
        TestDisks.FileSystem(Files, "two", "-t ext2 -b 1024 -N 3000", "16M");
        CommitResult first = _repository.AssertExact("one"), second = _repository.AssertExact("two");
        Assert.True(first.StoredBytes > content.Length);
        Assert.True(second.StoredBytes < 300_000, $"{second.StoredBytes} bytes");
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext4 -b 4096 -O ^metadata_csum,uninit_bg")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("-t ext4 -b 4096 -O bigalloc -C 16384")]
    public void DiscardedFreeSpaceIsZeroAndNothingElseIs(string options)
    {
        string disk = TestDisks.Fragmented(Files, "disk", options);
        CommitResult result = _repository.Commit(
            new CommitRequest { Disks = [disk], Message = "without deleted data", DiscardFree = true });
        Assert.True(result.Disks[0].DiscardedBytes > 100_000);
        Assert.Equal(0, result.Disks[0].DeletedBytes);
        string exported = _repository.Export("out");
        Tool.Run("e2fsck", "-fn", exported);
        TreeComparison.AssertEqual(Read(disk), Read(exported));

        byte[] before = File.ReadAllBytes(disk), after = File.ReadAllBytes(exported);
        (int blockSize, HashSet<long> free) = FreeBlocks(disk);
        for (long block = 0; block < before.Length / blockSize; block++)
        {
            ReadOnlySpan<byte> was = before.AsSpan((int)(block * blockSize), blockSize),
                now = after.AsSpan((int)(block * blockSize), blockSize);
            Assert.True(free.Contains(block) ? !now.ContainsAnyExcept((byte)0) : now.SequenceEqual(was), $"block {block}");
        }

        _repository.AssertClean();
    }

    [Fact]
    public void AQuickCommitOfAChangedDiskIsTheSameAsAFullOne()
    {
        TestDisks.Fragmented(Files, "disk");
        _repository.Commit("disk");
        using (var mount = new LoopMount(Files["disk"], "defaults"))
        {
            File.AppendAllText(Path.Combine(mount.Path, "f003"), "more");
            File.WriteAllBytes(Path.Combine(mount.Path, "new"), MixedBytes.Make(200_000, 8));
            File.Delete(Path.Combine(mount.Path, "f101"));
            File.Move(Path.Combine(mount.Path, "f005"), Path.Combine(mount.Path, "f006"));
            Tool.Run("ln", Path.Combine(mount.Path, "f007"), Path.Combine(mount.Path, "a-second-name"));
        }

        CommitResult quick = _repository.Commit(new CommitRequest { Disks = [Files["disk"]], Message = "quick", Quick = true });
        Assert.True(quick.Disks[0].TrustedBytes > 0);
        CommitResult full = _repository.Commit(new CommitRequest { Disks = [Files["disk"]], Message = "full", AllowEmpty = true });
        Assert.Equal(full.Image, quick.Image);
        Judge.AssertSame(Files["disk"], _repository.Export("out", revision: "HEAD~1"));
        _repository.AssertClean();
    }

    public void Dispose() => _repository.Dispose();

    private static IReadOnlyList<TreeEntry> Read(string image)
    {
        using var mount = new LoopMount(image, "ro");
        return HostTree.Read(mount.Path, 0);
    }

    private static (int BlockSize, HashSet<long> Free) FreeBlocks(string image)
    {
        string text = Tool.Run("dumpe2fs", image);
        int blockSize = int.Parse(BlockSizeLine().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        int clusterSize = ClusterSizeLine().Match(text) is { Success: true } line
            ? int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) : blockSize;
        var free = new HashSet<long>();
        foreach (Match group in FreeBlocksLine().Matches(text))
        {
            foreach (string range in group.Groups[1].Value.Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                long[] ends = [.. range.Split('-').Select(end => long.Parse(end, CultureInfo.InvariantCulture))];
                for (long block = ends[0]; block < ends[^1] + (clusterSize / blockSize); block++)
                    free.Add(block);
            }
        }

        Assert.NotEmpty(free);
        return (blockSize, free);
    }

    [GeneratedRegex(@"^Block size:\s+(\d+)$", RegexOptions.Multiline)]
    private static partial Regex BlockSizeLine();

    [GeneratedRegex(@"^Cluster size:\s+(\d+)$", RegexOptions.Multiline)]
    private static partial Regex ClusterSizeLine();

    // Of clusters of several blocks, the tool prints the first block of the last one.
    [GeneratedRegex(@"^  Free blocks: ([\d\-, ]*)$", RegexOptions.Multiline)]
    private static partial Regex FreeBlocksLine();
}
