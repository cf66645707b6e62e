using System.Text;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

public sealed class RefNameTests
{
    // One shell for all names: each answer is a line.
    private const string Script = """
        while IFS= read -r -d '' name; do
            git check-ref-format "$name"; one=$?
            git check-ref-format --allow-onelevel "$name"; two=$?
            echo $one$two
        done
        """;

    // Names that a line of input cannot hold as they are go to the shell; so many of them do.
    private const int MostUnreadable = 150;

    [Fact]
    public void Names_are_valid_when_git_says_so()
    {
        string[] names = ["", "@", "a", "a/b", "/a", "a/", "a//b", ".a/b", "a/.b", "a./b", "a/b.", "a.lock/b", "a/b.lock", "a.lock", "a/@",
            "@/a", "a@{b/c", "a@/b", "a/..b", "a/-b", "a\x7f/b", "é/ü", "refs/heads/HEAD"];
        AssertAsTheShellSays(names);
    }

    [Fact]
    public void Random_names_are_valid_when_git_says_so()
    {
        var random = new Random(5);
        var names = new List<string>();
        for (int i = 0; i < 3000; i++)
            names.Add(Samples.Text(random, 4, "ab/@.") + "/" + Samples.Text(random, 9, "abcdé/./@{lock-.~^:?*[\\ \x01\x7f\n")
                + (random.Next(6) == 0 ? ".lock" : ""));
        for (int i = 0; i < 500; i++)
            names.Add("r/" + Samples.Text(random, 6, "ab/.") + "x");
        ILookup<bool, string> byReader =
            names.ToLookup(static name => !name.Any(char.IsWhiteSpace) && !name.EndsWith("^{}", StringComparison.Ordinal));
        using var git = new GitRepository();
        string[] readable = [.. byReader[true]];

        // Git lists on its standard output which of the names on its input are none of its refs, and leaves out those that cannot be.
        (int exit, string output, _) =
            git.TryRun(string.Concat(readable.Select(static name => name + "\n")), "show-ref", "--exclude-existing");
        Assert.Equal(0, exit);
        var valid = output.Split('\n').ToHashSet(StringComparer.Ordinal);
        Assert.All(readable, name => Assert.Equal((name, valid.Contains(name)), (name, RefName.IsWellFormed(name))));
        AssertAsTheShellSays([.. byReader[false].Take(MostUnreadable)]);

        // Negative control: both answers occur often, so agreement means something.
        Assert.InRange(readable.Count(valid.Contains), 200, readable.Length - 200);
    }

    [Theory]
    [InlineData("HEAD", true)]
    [InlineData("ORIG_HEAD", true)]
    [InlineData("refs/heads/main", true)]
    [InlineData("main", false)]
    [InlineData("config", false)]
    [InlineData("../HEAD", false)]
    [InlineData("refs", false)]
    [InlineData("refs/../config", false)]
    [InlineData("_HEAD", false)]
    [InlineData("", false)]
    public void Only_refs_and_heads_are_full_names(string name, bool valid) => Assert.Equal(valid, RefName.TryParse(name, out _));

    [Theory]
    [InlineData("-x")]
    [InlineData("HEAD")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("")]
    public void Bad_branches_are_refused(string name)
    {
        _ = Assert.Throws<UsageException>(() => RefName.Branch(name));
        _ = Assert.Throws<UsageException>(() => RefName.Tag(name));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.Throws<UsageException>(() => RefName.Branch("a\ud800b"));

    [Fact]
    public void Names_are_ordered_by_bytes()
    {
        Assert.True(RefName.Branch("\ue000") < RefName.Branch("😀"));
        Assert.True(RefName.Branch("a-b") < RefName.Branch("a/b"));
        Assert.Equal("origin/main", RefName.RemoteBranch("origin", "main").ShortName);
    }

    private static void AssertAsTheShellSays(IReadOnlyList<string> names)
    {
        byte[] input = Encoding.UTF8.GetBytes(string.Concat(names.Select(static name => name + "\0")));
        using var folder = new TemporaryFolder();
        string[] answers = GitRepository.Execute("bash", folder.Path, input, new Dictionary<string, string>(), "-c", Script).Output.TrimEnd(
            '\n').Split('\n');
        Assert.Equal(names.Count, answers.Length);
        for (int i = 0; i < names.Count; i++)
        {
            string mine = (RefName.IsWellFormed(names[i]) ? "0" : "1") + (RefName.IsWellFormed(names[i], allowOneLevel: true) ? "0" : "1");
            Assert.True(mine == answers[i], $"'{names[i]}': git says {answers[i]}, mig says {mine}");
        }
    }
}
