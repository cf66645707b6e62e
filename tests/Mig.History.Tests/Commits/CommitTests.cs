using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Commits;

public sealed class CommitTests
{
    private static readonly string Hex = new('a', 64);

    private static readonly string Valid =
        $"image {Hex}\nparent {Hex}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nprovenance disk.vmdk\nsig one\n two\n\nmessage\n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_encoded_parses_to_the_same(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            Commit commit = Samples.RandomCommit(random);
            Commit parsed = Commit.Parse(commit.Encode(), Samples.Id(0));
            Assert.Equal(commit, parsed);
            Assert.Equal(commit.Encode(), parsed.Encode());
            Tag tag = Samples.RandomTag(random);
            Assert.Equal(tag, Tag.Parse(tag.Encode(), Samples.Id(0)));
        }
    }

    [Fact]
    public void Damage_is_refused_or_read_as_what_it_says()
    {
        byte[] commit = Encoding.UTF8.GetBytes(Valid);
        byte[] tag = new Tag
        {
            Target = Samples.Id(1), TargetKind = ObjectKind.Commit, Name = "v1", Tagger = Samples.Who, Message = "m\n",
            Headers = [new("sig", "a\nb")]
        }.Encode();
        int accepted = 0;
        foreach (byte[] damaged in Damage.Of(commit))
            accepted += Check("HIST-001", damaged, bytes => Commit.Parse(bytes, Samples.Id(0)).Encode());
        foreach (byte[] damaged in Damage.Of(tag))
            accepted += Check("HIST-002", damaged, bytes => Tag.Parse(bytes, Samples.Id(0)).Encode());
        Assert.InRange(accepted, 100, int.MaxValue); // a flipped letter of a name is another name
    }

    [Fact]
    public void Random_text_is_refused_or_read_as_what_it_says()
    {
        var random = new Random(7);
        string[] lines = Valid.Split('\n');
        for (int i = 0; i < 5000; i++)
        {
            string[] shuffled = [.. lines];
            for (int n = random.Next(3); n >= 0; n--)
                shuffled[random.Next(shuffled.Length)] = lines[random.Next(lines.Length)];
            _ = Check("HIST-001", Encoding.UTF8.GetBytes(string.Join('\n', shuffled)), bytes =>
                Commit.Parse(bytes, Samples.Id(0)).Encode());
        }
    }

    [Theory]
    [InlineData("image", "tree")]
    [InlineData("image a", "image A")]
    [InlineData("author", "writer")]
    [InlineData("+0000", "-0000")]
    [InlineData("+0000", "+0060")]
    [InlineData("+0000", "+1401")]
    [InlineData("> 1 ", "> 01 ")]
    [InlineData("> 1 ", "> -1 ")]
    [InlineData("> 1 ", "> 999999999999 ")]
    [InlineData("sig one", "sig")]
    [InlineData("sig one", "Sig one")]
    [InlineData("sig one", "parent one")]
    [InlineData("message\n", "message")]
    [InlineData("message", "mess\0age")]
    public void Other_forms_of_the_same_are_refused(string good, string bad)
    {
        _ = Commit.Parse(Encoding.UTF8.GetBytes(Valid), Samples.Id(0));
        CorruptStoreException e = Assert.Throws<CorruptStoreException>(() =>
            Commit.Parse(Encoding.UTF8.GetBytes(Valid.Replace(good, bad, StringComparison.Ordinal)), Samples.Id(3)));
        Assert.Equal("HIST-001", e.Code);
        Assert.Contains(Samples.Id(3).ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_line_can_hold_is_not_encoded()
    {
        var commit = Commit.Parse(Encoding.UTF8.GetBytes(Valid), Samples.Id(0));
        _ = Assert.Throws<UsageException>(() => (commit with { Message = "no line break" }).Encode());
        _ = Assert.Throws<UsageException>(() => (commit with { Message = "\ud800\n" }).Encode());
        _ = Assert.Throws<UsageException>(() => (commit with { Provenance = ["a\nb"] }).Encode());
        _ = Assert.Throws<UsageException>(() => (commit with { Headers = [new("author", "x")] }).Encode());
        _ = Assert.Throws<UsageException>(() => (commit with { Headers = [new("a b", "x")] }).Encode());
    }

    [Fact]
    public void Git_reads_a_commit_when_its_image_is_called_a_tree()
    {
        using var git = new GitRepository();
        string tree = git.TryRun("", "mktree").Output.Trim();
        Assert.True(ObjectId.TryParse(tree, out ObjectId treeId));
        var commit = Commit.Parse(Encoding.UTF8.GetBytes(Valid), Samples.Id(0)) with
        {
            Image = new ImageId(treeId),
            Parents = [],
            Author = Samples.Who
        };
        string text = Encoding.UTF8.GetString(commit.Encode()).Replace("image ", "tree ", StringComparison.Ordinal);
        (int exit, string id, string errors) = git.TryRun(text, "hash-object", "-t", "commit", "-w", "--stdin");
        Assert.True(exit == 0, errors);
        Assert.Equal("Ada Lovelace|ada@example.com|1700000000|message|one\ntwo", git.Run("log", "-1", "--format=%an|%ae|%at|%s|", id.Trim())
            + SignatureIn(git.Run("cat-file", "-p", id.Trim())));
        Assert.Equal(0, git.TryRun("", "fsck", "--strict").Exit);

        // Negative control: the judge objects to a commit without a committer.
        Assert.Equal(0, git.TryRun(text.Replace("committer", "comitter", StringComparison.Ordinal), "hash-object", "-t", "commit", "-w",
            "--literally", "--stdin").Exit);
        Assert.NotEqual(0, git.TryRun("", "fsck", "--strict").Exit);
    }

    [Fact]
    public void Git_takes_a_tag_as_it_is()
    {
        using var git = new GitRepository();
        git.Run("commit", "--quiet", "--allow-empty", "-m", "first");
        Assert.True(ObjectId.TryParse(git.Run("rev-parse", "HEAD"), out ObjectId target));
        var tag = new Tag
        {
            Target = target, TargetKind = ObjectKind.Commit, Name = "v1.0", Tagger = Samples.Who,
            Message = "Release\n\nNotes é\n"
        };
        byte[] payload = tag.Encode();
        (int exit, string id, string errors) = git.TryRun(payload, "mktag");
        Assert.True(exit == 0, errors);
        byte[] header = Encoding.ASCII.GetBytes($"tag {payload.Length}\0");
        Assert.Equal(ObjectId.Of([.. header, .. payload]).ToString(), id.Trim());
        Assert.NotEqual(0, git.TryRun(
            Encoding.UTF8.GetString(payload).Replace("tagger ", "tager ", StringComparison.Ordinal), "mktag").Exit);
    }

    [Theory]
    [InlineData("one\n", "one\n")]
    [InlineData("\n\n one  \n\n\n two \n\n", " one\n\n two\n")]
    [InlineData("", "")]
    [InlineData(" \n\t\n", "")]
    [InlineData("a\r\nb", "a\nb\n")]
    [InlineData("a\n\n# comment\n\nb\n#", "a\n\nb\n")]
    public void Messages_are_cleaned_as_by_git_stripspace(string text, string cleaned)
    {
        Assert.Equal(cleaned, MessageText.Clean(text, '#'));
        using var git = new GitRepository();
        if (!text.Contains('\r', StringComparison.Ordinal))
            Assert.Equal(cleaned, git.TryRun(text, "stripspace", "--strip-comments").Output);
    }

    private static string SignatureIn(string commit)
    {
        int start = commit.IndexOf("\nsig ", StringComparison.Ordinal) + 5;
        return commit[start..commit.IndexOf("\n\n", start, StringComparison.Ordinal)].Replace("\n ", "\n", StringComparison.Ordinal);
    }

    private static int Check(string code, byte[] bytes, Func<byte[], byte[]> parseAndEncode)
    {
        try
        {
            Assert.Equal(bytes, parseAndEncode(bytes));
            return 1;
        }
        catch (CorruptStoreException e)
        {
            Assert.Equal(code, e.Code);
            return 0;
        }
    }
}
