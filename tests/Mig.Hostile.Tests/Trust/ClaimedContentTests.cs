using System.Security.Cryptography;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store.Content;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests.Trust;

/// <summary>
/// Somebody who may push says of a list that it is a file that everybody knows, and names other bytes. Whoever commits the real file gets
/// the real file back.
/// </summary>
public sealed class ClaimedContentTests : IDisposable
{
    private const int GenuineSize = 3_000_000;

    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly byte[] _genuine = MixedBytes.Make(GenuineSize, 31);
    private readonly string _disk;
    private TreeEntry? _lie;

    public ClaimedContentTests()
    {
        // The server lets claims in, so that what happens to them afterwards shows; another test is about receipt.
        Mig("--repo", _there.Folder, "config", "receive.fsckObjects", "false");
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", _there.Files["empty.img"], "8M");
        _there.Commit("empty.img");
        Mig("clone", "--bare", _there.Folder, _files["attacker"]);
        Forgery.Commit(_files["attacker"], "ci/job", (writer, image) => Forgery.With(image, disk =>
            Forgery.WithRoot(disk, writer, _lie = Forgery.Lie(writer, "genuine", _genuine, MixedBytes.Make(200_000, 32)))));
        Mig("--repo", _files["attacker"], "push", _there.Folder, "ci/job:refs/heads/ci/job");
        Mig("clone", "--bare", _there.Folder, Victim);

        Directory.CreateDirectory(_files["tree"]);
        File.WriteAllBytes(_files["tree/genuine"], _genuine);
        _disk = _files["disk.img"];
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-b", "4096", "-d", _files["tree"], _disk, "24M");
    }

    private string Victim => _files["victim"];

    [Fact]
    public void The_claim_is_here_and_leads_to_other_bytes()
    {
        using Repository repository = TestRepository.Open(Victim);
        ListId list = _lie!.List!.Value;
        Assert.Equal(new ChunkList(GenuineSize, ObjectId.Of(_genuine)), ChunkList.Read(repository.Store, list));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        new ContentReader(repository.Store).Read(list, bytes => hash.AppendData(bytes));
        Assert.NotEqual(ObjectId.Of(_genuine), ObjectId.Finish(hash));
    }

    [Fact]
    public void A_commit_of_the_genuine_disk_gives_the_genuine_disk_back()
    {
        Mig("--repo", Victim, "commit", "-m", "genuine", _disk);
        Mig("--repo", Victim, "checkout", "HEAD", "--export", _files["out.img"]);
        Judge.AssertSame(_disk, _files["out.img"]);
        Assert.Equal(Sum(_genuine), Sum(Cat("HEAD:/genuine")));
        using Repository repository = TestRepository.Open(Victim);
        Assert.NotEqual(_lie!.List, Entry(repository, "HEAD").List);
    }

    [Fact]
    public void A_put_of_the_genuine_file_gives_the_genuine_file_back()
    {
        Mig("--repo", Victim, "put", _files["tree/genuine"], "main:/genuine");
        Mig("--repo", Victim, "checkout", "main", "--export", _files["out.img"]);
        Assert.Equal(Sum(_genuine), Sum(Cat("main:/genuine")));
        Tool.Run("debugfs", "-R", $"dump genuine {_files["dumped"]}", _files["out.img"]);
        Assert.Equal(Sum(_genuine), Sum(File.ReadAllBytes(_files["dumped"])));
    }

    [Fact]
    public void What_was_cut_here_is_not_cut_again_and_the_claim_that_comes_later_changes_nothing()
    {
        string other = _files["other"];
        Mig("init", "--bare", other);
        Mig("--repo", other, "commit", "-m", "genuine", _disk);
        Mig("--repo", other, "fetch", _there.Folder, "refs/heads/ci/job:refs/heads/ci/job");
        File.Copy(_disk, _files["again.img"]);
        Tool.Run("debugfs", "-w", "-R", "mkdir more", _files["again.img"]);
        Mig("--repo", other, "commit", "-m", "again", _files["again.img"]);
        Mig("--repo", other, "checkout", "HEAD", "--export", _files["out.img"]);
        Judge.AssertSame(_files["again.img"], _files["out.img"]);
        using Repository repository = TestRepository.Open(other);
        Assert.Equal(Entry(repository, "HEAD~1").List, Entry(repository, "HEAD").List);
    }

    [Fact]
    public void The_lie_itself_is_not_given_away_as_what_it_says()
    {
        foreach (string[] arguments in (string[][])[
            ["cat", "ci/job:/genuine"], ["extract", "ci/job:/genuine", _files["extracted"]], ["extract", "ci/job:/", _files["out.tar"]]])
        {
            (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], ["--repo", Victim, .. arguments]));
            Assert.Equal(22, exitCode);
            Assert.Contains("OBJ-010", output, StringComparison.Ordinal);
            Assert.True(output.Length < 2000, "bytes of the file came out");
        }

        Assert.False(Path.Exists(_files["extracted"]) || Path.Exists(_files["out.tar"]));

        // The genuine file of the same size and hash is given.
        Mig("--repo", Victim, "commit", "-m", "genuine", _disk);
        Mig("--repo", Victim, "extract", "HEAD:/genuine", _files["extracted"]);
        Assert.Equal(Sum(_genuine), Sum(File.ReadAllBytes(_files["extracted"])));
    }

    public void Dispose()
    {
        _there.Dispose();
        _files.Dispose();
    }

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static TreeEntry Entry(Repository repository, string revision)
    {
        MachineImage image = repository.Objects.ReadImage(
            repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(revision)).Image);
        return TreeReader.ReadEntries(repository.Store, image.Disks[0].Volumes[0].Root!.Tree)
            .Single(entry => entry.Name.Span.SequenceEqual("genuine"u8));
    }

    private byte[] Cat(string path)
    {
        using System.Diagnostics.Process process = MigProgram.Start([], "--repo", Victim, "cat", path);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    private static string Mig(params string[] arguments)
    {
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], arguments));
        Assert.True(exitCode == 0, $"mig {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }
}
