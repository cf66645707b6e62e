using System.Text;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Grep;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Images.Grep;

/// <summary>What is found in a version against what <c>git grep</c> finds in the same disk, mounted.</summary>
public sealed class GrepTests : IDisposable
{
    private const string Script = """
        cd "$1"; mkdir -p etc usr/share
        printf 'root:x:0:0:root:/root:/bin/sh\nadmin:x:1:1::/:/bin/sh\nno end root' > etc/passwd
        printf 'Root\nROOT\nreboot\nroot_x root\nx-root-x\n\n' > etc/words
        printf 'caf\303\251\nCAF\303\211\n\377\376 latin caf\351\r\n' > etc/bytes
        printf 'root before\n\0root after\nroot\n' > etc/binary
        { head -c 9000 /dev/zero | tr '\0' 'a'; printf '\nroot\n\0root\n'; } > etc/late-nul
        seq 1 400000 > usr/share/large; { seq 1 300000; printf 'needle'; } | tr '\n' ' ' > usr/share/one-line
        { seq 1 200000; echo needle in a large file; seq 1 200000; printf 'root at the end'; } > usr/share/large2
        { echo root of a sparse file; truncate -s 3M /dev/stdout 2>/dev/null || true; } > usr/share/sparse; truncate -s 3M usr/share/sparse
        cp etc/passwd usr/share/copy; ln etc/words usr/share/hard; ln -s ../etc/words usr/share/soft; : > etc/empty; printf '\n' > etc/newline
        printf 'root\n' > "$(printf 'etc/\377 name')"
        """;

    private static readonly string[] MatchesOfNothing = ["-n ^$", "-n ^", "-n x*"];

    private readonly TestRepository _repository = new();

    public static TheoryData<string> Commands =>
    [
        "-n root", "-c root", "-l root", "-n -i root", "-n -w root", "-n -w -i root", "-n -F root:", "-n -v root", "-c -v root",
            "-l -v root", "-n -a root", "-c -a root", "-n -m 1 root", "-n ^root",
        "-n sh$", "-n ro+t", "-n -w ro+t", "-n -i ro+t", "-n -e root -e needle", "-n -F -e x:0 -e .", "-n needle", "-n [0-9]{6}",
        "-n caf\u00e9", "-n (a|r)[^x]*t", "-n \\broot\\b", "-n 39999\\b",
        "-n nothing-like-this", "-n -F ^root", "-n x-root-x", "-n -v -m 2 o", "-c -m 2 o", "-n \r",
    ];

    [Fact]
    public void WhatIsFoundIsWhatGitGrepFinds()
    {
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", _repository.Files["disk"], "32M");
        var judged = new List<string>();
        var empty = new List<string>();
        using (var mount = new LoopMount(_repository.Files["disk"], "defaults"))
        {
            Tool.Run("bash", "-euc", Script, "grep", mount.Path);
            foreach (string command in Commands.Select(row => row.Data))
                judged.Add(Judged(mount.Path, command));
            foreach (string command in MatchesOfNothing)
                empty.Add(Judged(mount.Path, "grep", ["-raE", .. command.Split(' '), "etc", "usr"]));
        }

        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        Assert.Equal(string.Join("\n\n", Commands.Select(row => row.Data).Zip(judged)),
            string.Join("\n\n", Commands.Select(row => row.Data).Select(command => (command, Find(repository, command)))));

        // Where nothing is matched, Git finds a line after the last one; grep does not.
        foreach ((string command, string expected) in MatchesOfNothing.Zip(empty))
            Assert.Equal(Sort(expected), Sort(Find(repository, "-a " + command)));

        // Negative control: another pattern finds something else.
        Assert.NotEqual(judged[0], Find(repository, "-n reboot"));
        Assert.Contains("large2:200001:needle in a large file\n",
            judged.First(output => output.Contains("needle in", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatVersionsShareIsToldForEach()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using (var mount = new LoopMount(_repository.Files["disk"], "defaults"))
            File.WriteAllText(Path.Combine(mount.Path, "etc/new"), "NAME=new\n");
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        Assert.Equal(
            "HEAD~1:/etc/os-release:NAME=test\nHEAD~1:/usr/second-name:NAME=test\nHEAD:/etc/new:NAME=new\nHEAD:/etc/os-release:NAME=test\nHEAD:/usr/second-name:NAME=test\n",
            Find(repository, "^NAME=", ["HEAD~1", "HEAD"], []));
        Assert.Equal("HEAD:/etc/new:NAME=new\n", Find(repository, "new", ["HEAD~1", "HEAD"], ["/etc"]));
        Assert.Equal("HEAD:/usr/second-name:NAME=test\n", Find(repository, "NAME", ["HEAD"], ["/usr/second-name", "/nowhere"]));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)b")]
    public void APatternThatCannotBeSearchedForIsSaid(string pattern) =>
        Assert.Contains(pattern, Assert.Throws<UsageException>(() =>
            new ImageGrep(null!, new GrepOptions { Patterns = [Encoding.UTF8.GetBytes(pattern)] })).Message, StringComparison.Ordinal);

    public void Dispose() => _repository.Dispose();

    // git grep -E in the C locale, where a character is a byte; it follows no link, and takes one of several names of a file for a file, as
    // mig does.
    private static string Judged(string folder, string command) => Judged(
        folder, "git", ["-c", "core.quotePath=false", "grep", "--no-index", "--no-color", "--threads=1", "-E", .. command.Split(' ')]);

    private static string Judged(string folder, string tool, string[] arguments)
    {
        using System.Diagnostics.Process process = Tool.Start("env", ["-C", folder, tool, .. arguments]);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode is 0 or 1, process.StandardError.ReadToEnd());
        return Encoding.Latin1.GetString(output.ToArray());
    }

    private static IEnumerable<string> Sort(string lines) => lines.Split('\n').Order(StringComparer.Ordinal);

    private static string Find(Repository repository, string command)
    {
        List<string> words = [.. command.Split(' ')];
        var patterns = new List<string>();
        long? most = null;
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == "-e")
                patterns.Add(words[++i]);
            else if (words[i] == "-m")
                most = long.Parse(words[++i], System.Globalization.CultureInfo.InvariantCulture);
            else if (i == words.Count - 1)
                patterns.Add(words[i]);
        }

        var options = new GrepOptions
        {
            Patterns = [.. patterns.Select(Encoding.UTF8.GetBytes)],
            IsFixed = words.Contains("-F"),
            IgnoresCase = words.Contains("-i"),
            MatchesWords = words.Contains("-w"),
            IsInverted = words.Contains("-v"),
            TakesBinaryAsText = words.Contains("-a"),
            MaxCount = most,
            Output = words.Contains("-l") ? GrepOutput.Names : words.Contains("-c") ? GrepOutput.Counts : GrepOutput.Lines,
        };
        var sink = new TextSink(words.Contains("-n"), "");
        new ImageGrep(repository, options).Run(
            [("HEAD", repository.Revisions.ResolveImage("HEAD"))], [], sink, NoProgress.Instance, TestContext.Current.CancellationToken);
        return sink.ToString();
    }

    private static string Find(Repository repository, string pattern, string[] revisions, string[] paths)
    {
        var sink = new TextSink(false, ":/");
        new ImageGrep(repository, new GrepOptions { Patterns = [Encoding.UTF8.GetBytes(pattern)] })
            .Run([.. revisions.Select(revision => (revision, repository.Revisions.ResolveImage(revision)))],
                [.. paths.Select(PathSpec.Parse)], sink, NoProgress.Instance, TestContext.Current.CancellationToken);
        return sink.ToString();
    }

    private sealed class TextSink(bool showsNumbers, string separator) : IGrepSink
    {
        private readonly StringBuilder _text = new();

        public void Line(GrepFile file, long number, ReadOnlySpan<byte> line) =>
            _text.Append(Name(file)).Append(':').Append(showsNumbers ? $"{number}:" : "").Append(Encoding.Latin1.GetString(line))
                .Append('\n');

        public void Binary(GrepFile file) => _text.Append("Binary file ").Append(Name(file)).Append(" matches\n");

        void IGrepSink.Name(GrepFile file) => _text.Append(Name(file)).Append('\n');

        public void Count(GrepFile file, long count) => _text.Append(Name(file)).Append(':').Append(count).Append('\n');

        public override string ToString() => _text.ToString();

        private string Name(GrepFile file) =>
            (separator.Length > 0 ? file.Revision + separator : "") + Encoding.Latin1.GetString(file.Path.Span);
    }
}
