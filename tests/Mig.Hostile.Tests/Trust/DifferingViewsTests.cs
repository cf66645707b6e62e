using Mig.Care.Checks;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Packs;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests.Trust;

/// <summary>
/// An image whose manifest shows something else than its disk holds is not let in, and where it is there already the check names it.
/// </summary>
public sealed class DifferingViewsTests : IDisposable
{
    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();

    public DifferingViewsTests()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _there.Commit("disk.img");
        Assert.Equal(0, Run("clone", "--bare", _there.Folder, Attacker).ExitCode);
    }

    private string Attacker => _files["attacker"];

    /// <summary>What a liar may change, one thing at a time.</summary>
    public static TheoryData<string, string> Lies => new()
    {
        { "the disk is zeros", "" },
        { "a file is hidden", "the disk has /etc/link, the manifest has not" },
        { "a file is made up", "the manifest has /etc/ok, the disk has not" },
        { "a file has another content", "'os-release' on volume 0 has another content on the disk than in the manifest" },
        { "a large file has another content", "'large' on volume 0" },
        { "a program has no setuid", "has mode" },
        { "a block is another", "has another content on the disk than in the manifest" },
        { "the volume has another name", "the image says" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void An_image_that_lies_is_refused_on_receipt_and_named_by_the_check(string lie, string found)
    {
        Forgery.Commit(Attacker, "ci/job", (writer, image) => Forgery.With(image, disk => Tell(lie, writer, disk)));
        (int exitCode, string output) = Run("--repo", Attacker, "push", _there.Folder, "ci/job");
        Assert.Equal(3, exitCode);
        Assert.Contains("VIEW-001", output, StringComparison.Ordinal);
        Assert.Contains(found, output, StringComparison.Ordinal);
        using (Repository there = _there.Open())
            Assert.Null(there.Refs.Resolve(History.Refs.RefName.Branch("ci/job")));

        // A list that lies is found by itself, too.
        bool isList = lie == "a large file has another content";
        CheckProblem problem = Assert.Single(TestRepository.Check(Attacker).Problems, problem => problem.Code != "FSCK-005");
        Assert.Equal("VIEW-001", problem.Code);
        Assert.Contains("refs/heads/ci/job", problem.Message, StringComparison.Ordinal);
        Assert.Contains(found, problem.Message, StringComparison.Ordinal);

        // What is let in unseen is not taken for proven afterwards.
        Run("--repo", _there.Folder, "config", "receive.fsckObjects", "false");
        Assert.Equal(0, Run("--repo", Attacker, "push", _there.Folder, "ci/job").ExitCode);
        (exitCode, output) = Run("--repo", _there.Folder, "fsck");
        Assert.Equal(22, exitCode);
        Assert.Contains("VIEW-001", output, StringComparison.Ordinal);
        Assert.Equal(isList ? 22 : 0, Run("--repo", _there.Folder, "fsck", "--no-views").ExitCode);
    }

    [Fact]
    public void An_image_that_says_what_is_there_is_let_in_however_it_was_made()
    {
        File.WriteAllBytes(_files["large"], MixedBytes.Make(3_000_000, 5));
        File.WriteAllText(_files["small"], "small\n");
        foreach (string[] edit in (string[][])
            [
                ["put", _files["large"], "main:/usr/large"], ["put", _files["small"], "main:/etc/new"], ["rm", "main:/usr/above"],
                    ["mv", "main:/usr/exact", "main:/etc/moved"],
                ["ln", "-s", "moved", "main:/etc/link2"], ["ln", "main:/etc/moved", "main:/etc/second"], ["chmod", "600", "main:/etc/new"],
                    ["append", "main:/etc/new", "more\n"],
            ])
        {
            (int code, string said) = Run(["--repo", Attacker, .. edit]);
            Assert.True(code == 0 || edit[0] == "append", $"{string.Join(' ', edit)}: {said}");
        }

        (int exitCode, string output) = Run("--repo", Attacker, "push", _there.Folder, "main");
        Assert.True(exitCode == 0, output);
        Assert.Empty(TestRepository.Check(Attacker).Problems);
        Assert.Equal(TestRepository.Check(Attacker).Images, TestRepository.Check(Attacker).ComparedImages);
    }

    [Fact]
    public void A_proof_ends_where_its_limit_is()
    {
        using Repository repository =
            Repository.Open(Attacker, TestRepository.Context with { Limits = Limits.Default with { MaxProofBytes = 100_000 } });
        CheckProblem problem = Assert.Single(
            new RepositoryCheck(repository).Run(isQuick: false, NoProgress.Instance, TestContext.Current.CancellationToken).Problems);
        Assert.Equal("VIEW-002", problem.Code);
    }

    public void Dispose()
    {
        _there.Dispose();
        _files.Dispose();
    }

    private ImageDisk Tell(string lie, ObjectWriter writer, ImageDisk disk)
    {
        using Repository repository = TestRepository.Open(Attacker);
        byte[] other = MixedBytes.Make(10, 99);
        var blob = new BlobId(ObjectId.Of(other));
        return lie switch
        {
            "the disk is zeros" => disk with { Layout = null },
            "a file is hidden" => Change("etc", entries => [.. entries.Where(entry => NameOf(entry) != "link")]),
            "a file is made up" => Change("etc", entries =>
                [.. entries.Append(new TreeEntry { Name = "ok"u8.ToArray(), Type = TreeEntryType.File, Sha256 = ObjectId.Of([]) })
                .OrderBy(NameOf, StringComparer.Ordinal)]),
            "a file has another content" => Change("etc", entries =>
                [.. entries.Select(entry => NameOf(entry) == "os-release" ? entry with { Sha256 = blob.Value } : entry)]),
            "a large file has another content" =>
                Change("usr", entries => [.. entries.Select(entry =>
                NameOf(entry) == "large" ? Forgery.Lie(writer, "large", MixedBytes.Make(2_345_678, 1), other) with { Mode = entry.Mode,
                ModifiedTime = entry.ModifiedTime } : entry)]),
            "a program has no setuid" => Change("usr", entries =>
                [.. entries.Select(entry => NameOf(entry) == "exact" ? entry with { Mode = entry.Mode ^ 0x800 } : entry)]),
            "a block is another" => WithOtherBlock(repository, writer, disk),
            _ => disk with { Volumes = [disk.Volumes[0] with { Label = "other" }] },
        };

        ImageDisk Change(string directory, Func<IReadOnlyList<TreeEntry>, IReadOnlyList<TreeEntry>> change)
        {
            writer.AddBlob(blob, other, new OrderKey(0, 0, 0));
            var trees = new TreeWriter(writer);
            IReadOnlyList<TreeEntry> root = TreeReader.ReadEntries(repository.Store, disk.Volumes[0].Root!.Tree);
            return Forgery.WithRoot(disk, writer,
                [.. root.Select(entry => NameOf(entry) == directory
                ? entry with { Tree = trees.Write(change(TreeReader.ReadEntries(repository.Store, entry.Tree))) } : entry)]);
        }
    }

    // One block of a file, in the layout alone.
    private ImageDisk WithOtherBlock(Repository repository, ObjectWriter writer, ImageDisk disk)
    {
        long block = long.Parse(Tool.Run("debugfs", "-R", "bmap usr/large 3", _there.Files["disk.img"]).Split('\n')
            .First(line => line.Length > 0), System.Globalization.CultureInfo.InvariantCulture);
        byte[] bytes = MixedBytes.Make(4096, 98);
        var blob = new BlobId(ObjectId.Of(bytes));
        writer.AddBlob(blob, bytes, new OrderKey(0, 0, 0));
        var edit = new History.Layouts.LayoutEdit(repository.Store, writer, disk.Length, [new ByteRange(block * 4096, 4096)],
            [new History.Layouts.LayoutPiece(block * 4096, 4096, blob, 0)]);
        return disk with { Layout = edit.Write(disk.Layout) };
    }

    private static string NameOf(TreeEntry entry) => System.Text.Encoding.UTF8.GetString(entry.Name.Span);

    private static (int ExitCode, string Output) Run(params string[] arguments) => MigProgram.Finish(MigProgram.Start([], arguments));
}
