using System.Text;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Edits.Building;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>
/// Machines from Migfiles: what was made before is taken, whatever is not the same is made, and a failure leaves no trace.
/// </summary>
public sealed class BuildTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public BuildTests()
    {
        SmallSystem.Disk(_repository.Files, "disk", "ext4");
        _repository.Commit("disk");
        Directory.CreateDirectory(Context + "/app");
        File.WriteAllText(Context + "/app/one", "1\n");
    }

    private string Context => _repository.Files["context"];

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("", "begins with FROM")]
    [InlineData("RUN ls", "Migfile:1: the first instruction is FROM, and here it is RUN")]
    [InlineData("FROM main\n\n# x\nFROM main", "Migfile:4: FROM is the first instruction")]
    [InlineData("FROM main\nCOPI a /b", "Migfile:2: 'COPI' is no instruction")]
    [InlineData("FROM main\nCOPY a", "Migfile:2: COPY has 1 words after it")]
    [InlineData("FROM main\nCOPY --own=a b /c", "Migfile:2: COPY has no option '--own'; it has --archive, --chmod, --chown")]
    [InlineData("FROM main\nCOPY \"a /b", "Migfile:2: the quote \" is not closed")]
    [InlineData("FROM main\nRUN a \\", "Migfile:2: the last line ends with a backslash")]
    [InlineData("FROM main\nRUN --net=x a", "Migfile:2: --net takes no value")]
    [InlineData("FROM main\nCOPY --chmod a /b", "Migfile:2: --chmod needs a value")]
    public void What_is_no_Migfile_is_refused_with_its_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => BuildFile.Parse("Migfile", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Words_are_those_of_a_shell_and_commands_are_left_to_it()
    {
        BuildFile file = BuildFile.Parse(
            "Migfile", "from main\r\ncopy 'a b' \"c\"d\\ e /x\r\n# no\r\nrun echo $'it\\'s' \\\n  # no\n  && ls\n");
        Assert.Equal(["a b", "cd e", "/x"], file.Lines[1].Arguments);
        Assert.Equal("echo $'it\\'s' && ls", file.Lines[2].Text);
        Assert.Equal([1, 2, 4], file.Lines.Select(line => line.Number));
    }

    [Theory]
    [InlineData("FROM scratch size=1X", "no size of a disk")]
    [InlineData("FROM scratch size=99999999T", "no size of a disk")]
    [InlineData("FROM scratch fs=zfs", "there are ext4, xfs, btrfs")]
    [InlineData("FROM scratch size=8M size=8M", "stands there twice")]
    [InlineData("FROM debian:book/worm", "no suite of Debian")]
    [InlineData("FROM debian:bookworm hostname=a;b", "is no hostname")]
    [InlineData("FROM debian:bookworm packages=a;b", "no list of packages")]
    [InlineData("FROM main two", "FROM takes one version")]
    [InlineData("FROM main\nCOPY ../disk /x", "leads out of")]
    [InlineData("FROM main\nCOPY out /x", "leads out of")]
    [InlineData("FROM main\nCOPY none /x", "is not in")]
    [InlineData("FROM main\nCOPY app x", "is no path of the machine")]
    [InlineData("FROM main\nEXPORT floppy /x", "is no format")]
    [InlineData("FROM main\nENV =x", "sets no variable")]
    public void What_cannot_be_done_is_refused_and_nothing_moves(string text, string message)
    {
        File.CreateSymbolicLink(Context + "/out", "/etc/hostname");
        IReadOnlyList<Ref> before = Refs();
        Exception error = Assert.ThrowsAny<MigException>(() => Build(text));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Migfile:", error.Message, StringComparison.Ordinal);
        Assert.Equal(before.Where(item => !item.Name.Value.StartsWith("refs/builds/", StringComparison.Ordinal)),
            Refs().Where(item => !item.Name.Value.StartsWith("refs/builds/", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_was_made_before_is_taken_and_what_is_not_the_same_is_made()
    {
        const string Text = """
            # a small machine
            FROM main
            ENV WORD=hello
            COPY --chmod=0600 app /srv/app/
            RUN echo $WORD > /etc/word; \
                cat /proc/sys/kernel/random/uuid > /etc/made
            TAG built
            """;
        BuildResult first = Build(Text, branch: "web"), again = Build(Text, branch: "web");
        Assert.Equal((0, 2), (first.Cached, again.Cached));
        Assert.Equal(first.Made, again.Made);
        Look("web", root =>
        {
            Assert.Equal("hello\n", File.ReadAllText(root + "/etc/word"));
            Assert.Equal("1\n", File.ReadAllText(root + "/srv/app/app/one"));
            Assert.Equal("600\n", Tool.Run("stat", "-c", "%a", root + "/srv/app/app/one"));
        });
        Assert.Equal(first.Made!.Value.Value, Resolve("refs/tags/built"));

        Assert.Equal(1, Build(Text.Replace("echo", "printf", StringComparison.Ordinal)).Cached);
        Assert.Equal(1, Build(Text.Replace("hello", "bye", StringComparison.Ordinal)).Cached);
        File.WriteAllText(Context + "/app/one", "2\n");
        Assert.Equal(0, Build(Text).Cached);
        Assert.Equal(0, Build(Text, usesMemory: false).Cached);
        Assert.Empty(_repository.Check().Problems);
    }

    [Fact]
    public void Two_builds_of_the_same_are_the_same_commit()
    {
        const string Text = "FROM main\nRUN echo a > /etc/a; mkdir -p /srv/x; ln -s a /etc/b; chmod 700 /srv/x; rm /etc/os-release\n"
            + "COPY app /srv/";
        BuildResult first = Build(Text, branch: "web"), again = Build(Text, usesMemory: false);
        Assert.Equal(first.Made, again.Made);
        Assert.Empty(again.Differences!);
        Look("web", root =>
        {
            Assert.Equal("a\n", File.ReadAllText(root + "/etc/b"));
            Assert.Equal("1700000000\n", Tool.Run("stat", "-c", "%Y", root + "/etc/a"));
            Assert.False(File.Exists(root + "/etc/os-release"));
        });

        // What is random is said.
        const string Random = "FROM main\nRUN cat /proc/sys/kernel/random/uuid > /etc/made; echo a > /etc/a";
        Build(Random);
        Assert.Equal(["/etc/made"], Build(Random, usesMemory: false).Differences);
    }

    [Fact]
    public void A_step_that_fails_leaves_branches_and_tags_where_they_were()
    {
        BuildResult first = Build("FROM main\nCOPY app /srv/\nTAG t", branch: "web");
        BuildStepException error = Assert.Throws<BuildStepException>(() =>
            Build("FROM main\nCOPY app/one /etc/\nTAG t\nRUN exit 7", branch: "web"));
        Assert.Equal("Migfile:4: RUN ended with 7; nothing of this step is kept", error.Message);
        Assert.Equal(first.Made!.Value.Value, Resolve("refs/heads/web"));
        Assert.Equal(first.Made!.Value.Value, Resolve("refs/tags/t"));
        Assert.DoesNotContain(Refs(), item => item.Name.Value.Contains("mig-build", StringComparison.Ordinal));
    }

    [Fact]
    public void Steps_are_kept_until_they_are_forgotten_and_damaged_notes_are_none()
    {
        const string Text = "FROM main\nCOPY app /srv/";
        CommitId made = Build(Text).Made!.Value;
        Collect();
        Assert.Equal(1, Build(Text).Cached);

        string notes = Path.Combine(_repository.Folder, "cache", "builds");
        byte[] bytes = File.ReadAllBytes(notes);
        bytes[^3] ^= 1;
        File.WriteAllBytes(notes, bytes);
        Assert.Equal(0, Build(Text).Cached);

        using (Repository repository = _repository.Open())
            Assert.Equal(1, new ImageBuilder(repository).Forget());
        Assert.DoesNotContain(Refs(), item => item.Name.Value.StartsWith("refs/builds/", StringComparison.Ordinal));
        Assert.Equal(0, Build(Text).Cached);
        Assert.Equal(made, Build(Text).Made);
    }

    [Theory]
    [InlineData("ext4", "none")]
    [InlineData("ext4", "gpt")]
    [InlineData("btrfs", "none")]
    [InlineData("xfs", "mbr")]
    public void A_new_disk_is_what_its_tools_find_sound(string system, string table)
    {
        string size = system == "xfs" ? "320M" : system == "btrfs" ? "128M" : "32M";
        BuildResult built = Build($"FROM scratch size={size} fs={system} table={table} label=data", branch: "data");
        string disk = _repository.Export("look.raw", revision: built.Made!.Value.ToString());
        string volume = disk;
        if (table != "none")
        {
            Assert.Contains("start=", Tool.Run("sfdisk", "--dump", disk), StringComparison.Ordinal);
            Assert.Equal(0, Tool.Try("sfdisk", "--verify", disk).ExitCode);
            Tool.Run("dd", $"if={disk}", $"of={volume = _repository.Files["volume"]}", "bs=1M", "skip=1", "status=none");
        }

        Assert.Equal("data", Tool.Run("blkid", "-p", "-o", "value", "-s", "LABEL", volume).Trim());
        string[] check = system switch
        {
            "ext4" => ["e2fsck", "-fn"],
            "xfs" => ["xfs_repair", "-n"],
            _ => ["btrfs", "check"],
        };
        Assert.Equal(0, Tool.Try(check[0], [.. check[1..], volume]).ExitCode);
        using (FileStream damage = File.OpenWrite(volume))
        {
            damage.Position = system == "btrfs" ? 65536 : 0;
            damage.Write(new byte[4096]);
        }

        Assert.NotEqual(0, Tool.Try(check[0], [.. check[1..], volume]).ExitCode);
        if (system != "ext4")
            return;
        BuildResult again = Build($"FROM scratch size={size} fs={system} table={table} label=data", usesMemory: false);
        Assert.Equal(built.Made, again.Made);
        Assert.Empty(again.Differences!);
    }

    private BuildResult Build(string text, string? branch = null, bool usesMemory = true)
    {
        using Repository repository = Repository.Open(_repository.Folder, TestRepository.Context with
        {
            Environment = name => name == "SOURCE_DATE_EPOCH" ? "1700000000" : TestRepository.Variables.GetValueOrDefault(name),
        });
        return new ImageBuilder(repository).Run(
            new BuildRequest
            {
                File = BuildFile.Parse("Migfile", text), Context = Context, Branch = branch, UsesMemory = usesMemory,
            },
            TestContext.Current.CancellationToken);
    }

    private void Look(string revision, Action<string> look)
    {
        string disk = _repository.Export("look.raw", revision: revision);
        Assert.Equal(0, Tool.Try("e2fsck", "-fn", disk).ExitCode);
        using var mount = new LoopMount(disk, "ro");
        look(mount.Path);
    }

    private IReadOnlyList<Ref> Refs()
    {
        using Repository repository = _repository.Open();
        return repository.Refs.List("refs/");
    }

    private ObjectId? Resolve(string name)
    {
        using Repository repository = _repository.Open();
        return repository.Refs.Resolve(RefName.Parse(name));
    }

    private void Collect() => Tool.Run(MigProgram.Path, "--repo", _repository.Folder, "-q", "gc");
}
