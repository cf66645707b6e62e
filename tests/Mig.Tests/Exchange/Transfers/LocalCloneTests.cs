using Mig.Care.Checks;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Remotes;
using Mig.Images.Export;
using Mig.Store;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>A clone of a repository of this user on this machine takes its packs over as they are.</summary>
public sealed class LocalCloneTests : IDisposable
{
    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly string _disk;

    public LocalCloneTests()
    {
        _disk = TestDisks.Gpt(_there.Files, "disk.img");
        _there.Commit("disk.img");
    }

    [Theory]
    [InlineData(PackSharing.Links, 2)]
    [InlineData(PackSharing.CheckedCopies, 1)]
    [InlineData(PackSharing.Copies, 1)]
    [InlineData(PackSharing.None, 1)]
    public void Packs_have_two_names_or_are_files_of_their_own(PackSharing sharing, long names)
    {
        string clone = Clone(_files["clone"], sharing, out CloneOutcome outcome);
        AssertWhole(clone);
        Assert.All(Packs(clone), pack => Assert.Equal(names, Look(pack).LinkCount));
        Assert.Equal(sharing == PackSharing.None, outcome.Fetch.Transfer.WireBytes > 1 << 20);
        Assert.True(outcome.Fetch.Transfer.Objects > 100);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(clone, "tmp")));
    }

    [Fact]
    public void What_goes_there_stays_here()
    {
        string clone = Clone(_files["clone"], PackSharing.Links, out _);
        foreach (string pack in Packs(_there.Folder))
            File.Delete(pack);
        AssertWhole(clone);
    }

    [Fact]
    public void On_a_file_system_that_can_blocks_are_shared()
    {
        string image = _files["xfs.img"];
        Tool.Run("truncate", "--size=400M", image);
        Tool.Run("mkfs.xfs", "-q", "-m", "reflink=1", image);
        using Mount mount = Mount.Image(image);
        Tool.Run("cp", "--recursive", _there.Folder, mount["there"]);
        string clone = Clone(mount["clone"], PackSharing.Links, out _, mount["there"]);
        AssertWhole(clone);
        Assert.All(Packs(clone), pack => Assert.Equal(1, Look(pack).LinkCount));
        string largest = Packs(clone).MaxBy(pack => new FileInfo(pack).Length)!;
        Assert.Contains("shared", Tool.Run("filefrag", "-v", largest), StringComparison.Ordinal);
        string copy = mount["copy"];
        Tool.Run("cp", "--reflink=never", largest, copy);
        Assert.DoesNotContain("shared", Tool.Run("filefrag", "-v", copy), StringComparison.Ordinal);
    }

    [Fact]
    public void On_another_file_system_they_are_copied()
    {
        using Mount mount = Mount.Memory(64 << 20);
        AssertWhole(Clone(mount["clone"], PackSharing.Links, out _));
    }

    [Fact]
    public void When_that_is_full_nothing_counts_and_the_next_try_goes_on()
    {
        using Mount mount = Mount.Memory(1 << 20);
        IOException full = Assert.ThrowsAny<IOException>(() => Clone(mount["clone"], PackSharing.Links, out _));
        Assert.True(HostFiles.IsFull(full), full.Message);
        if (Directory.Exists(mount["clone"]))
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(mount["clone"], "refs"), "*", SearchOption.AllDirectories));
        Tool.Run("mount", "-o", "remount,size=64M", mount.Path);
        AssertWhole(Clone(mount["clone"], PackSharing.Links, out _));
    }

    [Fact]
    public void What_another_user_owns_is_sent_and_verified()
    {
        foreach (string pack in Packs(_there.Folder))
            Tool.Run("chown", "4711", pack);
        string clone = Clone(_files["clone"], PackSharing.Links, out CloneOutcome outcome);
        AssertWhole(clone);
        Assert.All(Packs(clone), pack => Assert.Equal((1L, HostUser.Id), (Look(pack).LinkCount, Look(pack).Uid)));
        Assert.True(outcome.Fetch.Transfer.WireBytes > 1 << 20);
    }

    [Fact]
    public void A_symbolic_link_is_no_pack_to_take_over()
    {
        string pack = Packs(_there.Folder).First(), elsewhere = _files["elsewhere"];
        File.Move(pack, elsewhere);
        File.CreateSymbolicLink(pack, elsewhere);
        Assert.ThrowsAny<MigException>(() => Clone(_files["clone"], PackSharing.Links, out _));
    }

    [Fact]
    public void A_manifest_that_is_damaged_there_is_found_before_a_branch_names_it()
    {
        // Manifests lie in the smaller of the two packs that a commit makes.
        Damage.FlipBitInFile(Packs(_there.Folder).MinBy(pack => new FileInfo(pack).Length)!, 8L * 2000);
        Assert.ThrowsAny<MigException>(() => Clone(_files["clone"], PackSharing.Links, out _));
        Assert.False(Directory.Exists(_files["clone"]) && Repository.Open(_files["clone"], TestRepository.Context).Refs.List().Count > 0);
    }

    [Theory]
    [InlineData(PackSharing.CheckedCopies, true)]
    [InlineData(PackSharing.Copies, false)]
    public void A_content_that_is_damaged_there_does_not_get_into_a_checked_copy(PackSharing sharing, bool isFound)
    {
        string pack = Packs(_there.Folder).MaxBy(path => new FileInfo(path).Length)!;
        Damage.FlipBitInFile(pack, 8 * (new FileInfo(pack).Length / 2));
        if (isFound)
            Assert.ThrowsAny<MigException>(() => Clone(_files["clone"], sharing, out _));
        else
            Assert.NotEmpty(TestRepository.Check(Clone(_files["clone"], sharing, out _)).Problems);
    }

    [Fact]
    public void A_pack_that_is_cut_off_there_is_not_taken_over()
    {
        string pack = Packs(_there.Folder).MaxBy(path => new FileInfo(path).Length)!;
        using (FileStream file = File.OpenWrite(pack))
            file.SetLength(file.Length - 1);
        Assert.ThrowsAny<MigException>(() => Clone(_files["clone"], PackSharing.Links, out _));
    }

    [Fact]
    public void A_history_that_is_cut_and_a_clone_without_contents_bring_what_was_asked_for()
    {
        File.WriteAllBytes(_there.Files["other.img"], MixedBytes.Make(3 << 20, seed: 1));
        _there.Commit("other.img");
        string shallow = Clone(new CloneOptions
        {
            Address = _there.Folder, BaseFolder = "/", Directory = _files["shallow"], IsBare = true,
            Depth = 1, Sharing = PackSharing.Links
        }, out _);
        using (Repository repository = TestRepository.Open(shallow))
            Assert.Single(repository.Walk.Walk([repository.Revisions.ResolveCommit("HEAD")]));
        string partial = Clone(new CloneOptions
        {
            Address = _there.Folder, BaseFolder = "/", Directory = _files["partial"], IsBare = true,
            WithoutContent = true, Sharing = PackSharing.Links
        }, out _);
        Assert.True(Packs(partial).Sum(pack => new FileInfo(pack).Length) < Packs(_there.Folder).Max(pack => new FileInfo(pack).Length));

        // Neither has all that a clone of it would need: what is there comes, and nothing is taken for whole.
        AssertWhole(Clone(_files["of shallow"], PackSharing.Links, out _, shallow), "other.img");
        Assert.ThrowsAny<MigException>(() =>
            Clone(new CloneOptions
            {
                Address = partial, BaseFolder = "/", Directory = _files["of partial"], IsBare = true,
                Sharing = PackSharing.Links, RemoteName = "up"
            }, out _));
    }

    [Fact]
    public void A_fetch_takes_over_packs_of_which_it_wants_most()
    {
        string clone = Clone(_files["clone"], PackSharing.Links, out _);
        File.WriteAllBytes(_there.Files["other.img"], MixedBytes.Make(8 << 20, seed: 2));
        _there.Commit("other.img");
        using (Repository repository = TestRepository.Open(clone))
        {
            FetchOutcome outcome = new FetchOperation(repository)
                .Run(new FetchOptions { Remote = _there.Folder, Refspecs = ["main:main"], Sharing = PackSharing.Links },
                TestContext.Current.CancellationToken);
            Assert.True(outcome.Transfer.WireBytes < 1 << 20, $"{outcome.Transfer}");
            Assert.True(outcome.Transfer.Bytes >= 6 << 20, $"{outcome.Transfer}");
        }

        AssertWhole(clone, "other.img");
    }

    public void Dispose()
    {
        _there.Dispose();
        _files.Dispose();
    }

    private string Clone(string folder, PackSharing sharing, out CloneOutcome outcome, string? from = null) =>
        Clone(new CloneOptions { Address = from ?? _there.Folder, BaseFolder = "/", Directory = folder, IsBare = true, Sharing = sharing },
            out outcome);

    private static string Clone(CloneOptions options, out CloneOutcome outcome)
    {
        var operation = new CloneOperation(options, TestRepository.Context);
        outcome = operation.Run(TestContext.Current.CancellationToken);
        return operation.Folder;
    }

    private void AssertWhole(string clone, string disk = "disk.img")
    {
        CheckReport report = TestRepository.Check(clone);
        Assert.Empty(report.Problems);
        Judge.AssertSame(_there.Files[disk],
            TestRepository.Export(clone, new ExportRequest { Path = _files["out.img"], Overwrite = true }));
    }

    private static string[] Packs(string folder) => Directory.GetFiles(Path.Combine(folder, ObjectStore.PacksFolder), "*.pack");

    private static FileStatus Look(string path) => FileStatus.Of(path, followsLinks: false)!.Value;
}
