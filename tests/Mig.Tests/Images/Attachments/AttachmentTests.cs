using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Export;
using Mig.Images.Sessions;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;
using Mig.Versions.Compare;

namespace Mig.Tests.Images.Attachments;

/// <summary>Files that an image holds beside its disks.</summary>
public sealed class AttachmentTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public AttachmentTests() => Tool.RunScript(
        """
        cd "$1"; truncate -s 24M disk.img; mkdir tree; echo one > tree/file; mkfs.ext4 -q -d tree disk.img
        head -c 1000 /dev/urandom > small; : > empty
        head -c 3000000 /dev/urandom > large; truncate -s 9M large; echo end >> large
        """, _repository.Files.Path);

    [Fact]
    public void They_are_kept_replaced_taken_away_and_come_out_as_they_went_in()
    {
        ImageId bare = _repository.Commit("disk.img").Image;
        ImageId full = Attach([("nvram", "small"), ("none", "empty"), ("a state", "large")]).Image;
        Assert.NotEqual(bare, full);
        AssertExported(("nvram", "small"), ("none", "empty"), ("a state", "large"));
        AssertPrinted("large", "HEAD:@attachments/a state");

        // Another disk keeps them; the same one again is no change.
        Tool.RunScript("cd \"$1\"; debugfs -wR 'write small new' disk.img 2>/dev/null", _repository.Files.Path);
        Assert.NotEqual(full, _repository.Commit("disk.img").Image);
        Assert.Null(_repository.Commit("disk.img").Id);
        AssertExported(("nvram", "small"), ("none", "empty"), ("a state", "large"));
        using (Repository repository = _repository.Open())
            Assert.DoesNotContain(new ImageComparer(repository).Compare(full, Resolve(repository, "HEAD"), []).Volumes, IsBeside);

        CommitResult last = Commit(
            new CommitRequest { Disks = [], Message = "other", Attach = [File("nvram", "large")], Detach = ["none"] });
        AssertExported(("nvram", "large"), ("a state", "large"));
        using (Repository repository = _repository.Open())
        {
            VolumeComparison changes = Assert.Single(new ImageComparer(repository).Compare(full, last.Image, []).Volumes, IsBeside);
            Assert.Equal(["none", "nvram"], changes.Changes.Select(change => Encoding.UTF8.GetString(change.Path.Span)));
        }

        // Without any the image is the one that it would be had there never been any.
        ImageId left = Commit(new CommitRequest { Disks = [], Message = "bare", Detach = ["nvram", "a state"] }).Image;
        using var other = new TestRepository();
        Assert.Equal(other.Commit(new CommitRequest { Disks = [_repository.Files["disk.img"]], Message = "a version" }).Image, left);
        Assert.Throws<NotFoundException>(() => Commit(new CommitRequest { Disks = [], Message = "x", Detach = ["nvram"] }));
        _repository.AssertClean();
    }

    [Fact]
    public void They_outlive_collections_and_go_with_clones_and_edits_and_sessions()
    {
        _repository.Commit("disk.img");
        Attach([("state", "large")]);
        Run("put", "-m", "an edit", _repository.Files["small"], "main:/small");
        Run("gc", "--prune=now");
        Run("repack");
        _repository.AssertClean();
        AssertExported(("state", "large"));

        using (Repository repository = _repository.Open())
        {
            repository.Sessions.Start("s", "main");
            using (OpenSession session = repository.Sessions.Open("s"))
            {
                session.Disks[0].Write(20 << 20, new byte[] { 1, 2, 3 });
                session.Flush();
            }

            Assert.NotNull(repository.Sessions.Commit("s", "a session", cancellation: TestContext.Current.CancellationToken).Id);
        }

        AssertExported(("state", "large"));
        string clone = _repository.Files["clone"], bare = _repository.Files["bare"];
        Run("clone", "--no-local", _repository.Folder, clone);
        Run("clone", "--filter=content", "--no-local", _repository.Folder, bare);
        foreach (string folder in (string[])[clone, bare])
        {
            Judge.AssertSame(_repository.Files["large"], Print(folder, "HEAD:@attachments/state"));
            Assert.Equal(0, MigProgram.Finish(MigProgram.Start([], "--repo", folder, "fsck")).ExitCode);
        }
    }

    [Fact]
    public void Of_two_sides_of_a_merge_the_one_that_changed_one_wins_and_both_are_a_conflict()
    {
        _repository.Commit("disk.img");
        Attach([("a", "small"), ("b", "small"), ("c", "small")]);
        Run("branch", "other");
        Commit(new CommitRequest { Disks = [], Message = "here", Attach = [File("a", "large")] });
        Run("checkout", "other");
        Commit(new CommitRequest { Disks = [], Message = "there", Attach = [File("b", "large"), File("d", "empty")], Detach = ["c"] });
        Run("checkout", "main");
        Run("merge", "other", "-m", "both");
        AssertExported(("a", "large"), ("b", "large"), ("d", "empty"));

        Commit(new CommitRequest { Disks = [], Message = "here", Attach = [File("a", "empty")] });
        Run("checkout", "other");
        Commit(new CommitRequest { Disks = [], Message = "there", Detach = ["a"] });
        Run("checkout", "main");
        (int exitCode, string output) = MigProgram.Finish(
            MigProgram.Start([], "--repo", _repository.Folder, "merge", "other", "-m", "no"));
        Assert.Equal(3, exitCode);
        Assert.Contains("@attachments/a", output, StringComparison.Ordinal);
        Run("merge", "other", "-m", "theirs", "--theirs", "@attachments/a");
        AssertExported(("b", "large"), ("d", "empty"));
        _repository.AssertClean();
    }

    [Theory]
    [InlineData("..", "it is '.' or '..'")]
    [InlineData("a/b", "it holds '/' or NUL")]
    [InlineData("a\0b", "it holds '/' or NUL")]
    [InlineData(".mig", "it begins with '.'")]
    [InlineData("-rf", "it begins with '-'")]
    [InlineData("a\u001b[2J", "it holds a control character")]
    [InlineData("a\u0085b", "it holds a control character")]
    [InlineData("", "it is empty")]
    [InlineData("+256", "it has 256 bytes, at most 255 allowed")]
    public void Names_that_lead_elsewhere_are_neither_taken_nor_believed(string text, string fault)
    {
        string name = text == "+256" ? new string('x', 256) : text;
        _repository.Commit("disk.img");
        UsageException refused = Assert.Throws<UsageException>(() => Attach([(name, "small")]));
        Assert.EndsWith(fault, refused.Message, StringComparison.Ordinal);
        if (name is "" or ".." || name.AsSpan().ContainsAny('/', '\0'))
            return; // no tree has such a name
        AssertRefused(fault, [ImageAttachments.Entry(name, 0, ObjectId.Of([]), null)]);
    }

    [Fact]
    public void What_is_no_file_or_too_many_is_not_believed()
    {
        _repository.Commit("disk.img");
        Assert.Throws<UsageException>(() => Attach([("a", "small"), ("a", "large")]));
        Assert.Throws<UsageException>(() => Attach([("a", "tree")]));
        AssertRefused("files are allowed", [new TreeEntry
        {
            Name = "link"u8.ToArray(), Type = TreeEntryType.SymbolicLink, LinkTarget = "/etc/passwd"u8.ToArray(), Size = 11,
        }]);
        AssertRefused("1 to 1024 allowed", [.. Enumerable.Range(0, 1025).Select(i =>
            ImageAttachments.Entry($"x{i:0000}", 0, ObjectId.Of([]), null))]);
        AssertRefused(null, [.. Enumerable.Range(0, 1024).Select(i => ImageAttachments.Entry($"x{i:0000}", 0, ObjectId.Of([]), null))]);
    }

    [Fact]
    public void An_image_of_a_later_version_is_refused_by_its_number()
    {
        _repository.Commit("disk.img");
        ImageId image = Attach([("a", "small")]).Image;
        using Repository repository = _repository.Open();
        byte[] payload = repository.Store.ReadPayload(image.Value, ObjectKind.Image).ToArray();
        Assert.Equal(3, payload[0]);
        payload[0] = 4;
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var later = new ImageId(writer.AddObject(ObjectKind.Image, payload));
        writer.Complete();
        Assert.Contains("version: 4, this mig knows 1 to 3", Assert.Throws<CorruptStoreException>(() => repository.Objects.ReadImage(later))
            .Message, StringComparison.Ordinal);
    }

    public void Dispose() => _repository.Dispose();

    private static bool IsBeside(VolumeComparison volume) => volume.Prefix == "@attachments";

    private static ImageId Resolve(Repository repository, string revision) => repository.Revisions.ResolveImage(revision);

    private AttachedFile File(string name, string file) => new(name, _repository.Files[file]);

    private CommitResult Attach((string Name, string File)[] files) => Commit(
        new CommitRequest { Disks = [], Message = "attached", Attach = [.. files.Select(file => File(file.Name, file.File))] });

    private CommitResult Commit(CommitRequest request) => _repository.Commit(request);

    private void Run(params string[] arguments)
    {
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));
        Assert.True(exitCode == 0, output);
    }

    private static string Print(string folder, string path)
    {
        string file = Path.Combine(Path.GetDirectoryName(folder)!, "printed");
        using Repository repository = TestRepository.Open(folder);
        using FileStream stream = System.IO.File.Create(file);
        repository.Images.CopyContent(repository.Images.Find(path), stream, TestContext.Current.CancellationToken);
        return file;
    }

    private void AssertPrinted(string file, string path) => Judge.AssertSame(_repository.Files[file], Print(_repository.Folder, path));

    private void AssertExported(params (string Name, string File)[] files)
    {
        string folder = _repository.Files["machine"];
        using (Repository repository = _repository.Open())
            Export(repository, folder);
        foreach ((string name, string file) in files)
            Judge.AssertSame(_repository.Files[file], Path.Combine(folder, name));
        Assert.Equal(files.Length + 1, Directory.GetFiles(folder).Length);
        using (Repository repository = _repository.Open())
            Assert.Throws<ConflictException>(() => Export(repository, folder));
        Directory.Delete(folder, recursive: true);
    }

    private static void Export(Repository repository, string folder) => new MachineExporter(repository).Export(
        new ExportRequest { Path = folder, Format = "raw" }, TestContext.Current.CancellationToken);

    private void AssertRefused(string? fault, IReadOnlyList<TreeEntry> entries)
    {
        using Repository repository = _repository.Open();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        MachineImage image = repository.Objects.ReadImage(Resolve(repository, "HEAD")) with
        {
            Attachments = ImageAttachments.Write(writer, entries),
        };
        ImageId id = image.Write(writer);
        writer.Complete();
        Action check = () => new Mig.History.Checks.ImageCheck(repository.Store, Limits.Default, TestContext.Current.CancellationToken)
            .Check(id);
        if (fault is null)
            check();
        else
            Assert.Contains(fault, Assert.Throws<CorruptStoreException>(check).Message, StringComparison.Ordinal);
    }
}
