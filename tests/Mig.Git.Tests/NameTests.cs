using System.Text;
using Mig.Core;
using Mig.Git.Names;
using Mig.Git.Tables;
using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>Names that Git forbids, and that nobody would see, are written so that it takes them, and come back.</summary>
public class NameTests
{
    [Theory]
    [InlineData("plain.conf", "plain.conf")]
    [InlineData("with space", "with space")]
    [InlineData("größe", "größe")]
    [InlineData(".git", "%2Egit")]
    [InlineData(".GIT", "%2EGIT")]
    [InlineData(".gitmodules", "%2Egitmodules")]
    [InlineData(".git ", "%2Egit ")]
    [InlineData(".git::$INDEX_ALLOCATION", "%2Egit::$INDEX_ALLOCATION")]
    [InlineData("git~1", "git%7E1")]
    [InlineData("GITMOD~1", "GITMOD%7E1")]
    [InlineData("file~", "file~")]
    [InlineData("100%", "100%25")]
    [InlineData("a\tb\nc", "a%09b%0Ac")]
    [InlineData("back\\slash", "back%5Cslash")]
    [InlineData("@2", "%402")]
    [InlineData("getty@.service", "getty@.service")]
    [InlineData(".g\u200cit", ".g%E2%80%8Cit")]
    [InlineData("\u202egpj", "%E2%80%AEgpj")]
    public void NameIsWrittenAndReadBack(string name, string escaped)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        Assert.Equal(escaped, GitName.Escape(bytes));
        Assert.True(GitName.TryUnescape(escaped, out byte[]? back));
        Assert.Equal(bytes, back);
    }

    [Fact]
    public void EveryByteComesBack()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            byte[] name = new byte[random.Next(1, 30)];
            random.NextBytes(name);
            name = [.. name.Select(b => b is 0 or (byte)'/' ? (byte)'g' : b)];
            string escaped = GitName.Escape(name);
            Assert.True(GitName.TryUnescape(escaped, out byte[]? back), escaped);
            Assert.Equal(name, back);
        }
    }

    [Theory]
    [InlineData(".git")]
    [InlineData("%2")]
    [InlineData("%zz")]
    [InlineData("%41")]
    [InlineData("%2egit")]
    [InlineData("..")]
    [InlineData("")]
    public void OtherSpellingsAreNotTaken(string escaped) => Assert.False(GitName.TryUnescape(escaped, out _));

    [Fact]
    public void LongNamesAreCutAndDiffer()
    {
        string first = GitName.Escape(Encoding.UTF8.GetBytes(new string('\x1', 255))),
            second = GitName.Escape(Encoding.UTF8.GetBytes(new string('\x1', 254)));
        Assert.InRange(first.Length, 100, 200);
        Assert.NotEqual(first, second);
        Assert.False(GitName.TryUnescape(first, out _));
        Assert.Equal("bin%2Etsv", GitName.EscapeDirectory("bin.tsv"u8));
    }

    [Theory]
    [InlineData("", "-")]
    [InlineData("-", "\\x2d")]
    [InlineData("a\tb\nc\\", "a\\tb\\nc\\\\")]
    [InlineData("ü", "ü")]
    [InlineData("\u202e", "\\xe2\\x80\\xae")]
    public void CellsStayCells(string value, string cell) => Assert.Equal(cell, Cell.Escape(value));

    [Fact]
    public void CellsOfOtherBytes() => Assert.Equal("a\\xff", Cell.Escape([(byte)'a', 0xFF]));

    [Fact]
    public void MarkdownMeansNothing()
    {
        Assert.Equal("\\[x\\](http&#58;//a)&#124;&#60;img src=x&#62;\\`\\*\\_&#35;1 &#64;user\\\\n&#35; y",
            SummaryText.Plain("[x](http://a)|<img src=x>`*_#1 @user\n# y"));
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", SummaryText.Plain("Debian GNU/Linux 12 (bookworm)"));
    }

    [Fact]
    public void GitTakesADiskFullOfThem()
    {
        string[] names = [".git", ".GIT", "git~1", ".gitmodules", ".gitattributes", "summary.md", "x.tsv", "a\tb\nc", "x", "100%",
            "\u202egpj", "Case", "case", new string('l', 250)];
        using var machine = new Machine(files =>
        {
            foreach (string name in names)
            {
                Directory.CreateDirectory(Path.Combine(files, "etc", name));
                File.WriteAllText(Path.Combine(files, "etc", name, name.Length > 5 ? name[..5] : name), "x\n");
            }

            Directory.CreateDirectory(Path.Combine(files, ".git"));
            Directory.CreateDirectory(Path.Combine(files, "summary.md"));
            Directory.CreateDirectory(Path.Combine(files, "manifest"));
            File.WriteAllText(Path.Combine(files, "summary.md/inside"), "x\n");
            File.WriteAllText(Path.Combine(files, "manifest/inside"), "x\n");
            Tool.Run("sh", "-c", $"printf 'y\\n' > \"$(printf '{files}/etc/b\\377d')\"; mkdir \"$(printf '{files}/etc/d\\377r')\"");
        });
        Tool.Run("rm", "-rf", machine.Files["files"]); // .NET cannot delete such names
        machine.Export("out.git", new GitExportOptions { Contents = ["summary.md", "manifest"] });
        Assert.Equal("", machine.Git("out.git", "fsck", "--strict", "--no-dangling"));
        string listed = machine.Git("out.git", "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "main");
        foreach (string path in (string[])["etc/%2Egit/%2Egit", "etc/git%7E1/git%7E1", "etc/b%FFd", "manifest/etc/d%FFr.tsv",
            "manifest/etc/x%2Etsv.tsv", "manifest/etc/x.tsv", "%73ummary.md/inside", "%6Danifest/inside", "manifest/%2Egit.tsv",
            "manifest/manifest.tsv"])
            Assert.Contains(path + "\n", listed, StringComparison.Ordinal);
        Tool.Run("git", "clone", "-q", machine.Files["out.git"], machine.Files["clone"]);
        Assert.Equal("", machine.Git("clone", "status", "--porcelain"));
    }
}
