using Mig.Catalog.Searching;
using Mig.Testing;

namespace Mig.Catalog.Tests.Searching;

/// <summary>Patterns mean what they mean to Bash in the C locale.</summary>
public class GlobTests
{
    private static readonly string[] Patterns =
    [
        "*", "a", "?", "a*", "*a", "*a*", "a?c", "**", "a*b*c", "*.conf", "[abc]", "[a-c]x", "[!a]", "[^a]b", "[]]", "[!]]", "[a-]", "\\*",
            "a\\?", "[\\]]", "*[0-9]",
        "/etc/*", "*/b", "[[]", "a[", "", "x*y*z*", "[b-a]", "grün", "gr??n",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "b", "ab", "abc", "axc", "a.conf", "x.conf.d", "ax", "bx", "dx", "]", "-", "*", "a?", "a*", "lib1", "/etc/a/b.conf",
            "/etc/", "a/b", "[", "a[", "aXbYc", "xyz", "x1y2z3", "grün", "^", "!", "^b",
    ];

    [Fact]
    public void BashAgrees()
    {
        const string Script =
            "shopt -u extglob; while IFS= read -r -d $'\\x01' p && IFS= read -r -d $'\\x01' t; do [[ $t == $p ]] && echo y || echo n; done";
        string input = string.Concat(Patterns.SelectMany(pattern => Texts.Select(text => $"{pattern}\u0001{text}\u0001")));
        string[] expected = Tool.RunWithInput("bash", input, "-c", Script).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var differences = new List<string>();
        int i = 0;
        foreach (string pattern in Patterns)
        {
            var glob = new Glob(pattern);
            foreach (string text in Texts)
            {
                bool isMatch = glob.IsMatch(System.Text.Encoding.UTF8.GetBytes(text));
                if (isMatch != (expected[i++] == "y"))
                    differences.Add($"'{pattern}' and '{text}': {isMatch}");
            }
        }

        Assert.Equal(expected.Length, i);
        Assert.Empty(differences);
        Assert.Contains("y", expected);
        Assert.Contains("n", expected);
    }

    [Fact]
    public void AnyBytesMatch()
    {
        Assert.True(new Glob("a?b").IsMatch([(byte)'a', 0xFF, (byte)'b']));
        Assert.True(new Glob("*").IsMatch([0x80, 0x0A]));
        Assert.False(new Glob("a").IsMatch([0xFF]));
    }

    [Fact]
    public void PatternsThatTryEverythingEnd()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 1000)) + "b";
        Assert.False(new Glob(pattern).IsMatch(Enumerable.Repeat((byte)'a', 10_000).ToArray()));
    }

    [Fact]
    public void PartsThatMustBeThereAreFound()
    {
        Assert.Equal("conf"u8.ToArray(), new Glob("a*conf*b").LongestLiteral.ToArray());
        Assert.Equal("/b.conf"u8.ToArray(), new Glob("/etc/*/b.conf").LiteralEnd.ToArray());
        Assert.Empty(new Glob("*").LongestLiteral.ToArray());
        Assert.Empty(new Glob("*").LiteralEnd.ToArray());
        Assert.True(new Glob("a\\*").IsLiteral);
        Assert.False(new Glob("a?").IsLiteral);
    }
}
