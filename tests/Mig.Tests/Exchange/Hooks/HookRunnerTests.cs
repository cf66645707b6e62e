using System.Diagnostics;
using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.Testing;

namespace Mig.Tests.Exchange.Hooks;

public class HookRunnerTests
{
    [Fact]
    public void HookThatIsNotThereIsSkipped()
    {
        using var hooks = new HookFolder();
        Assert.Null(hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.Equal("", hooks.Said);
    }

    [Fact]
    public void HookThatIsNotExecutableIsSkippedWithAHint()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-commit", "exit 1", mode: "644");
        Assert.Null(hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.Contains("because it is not executable", hooks.Said, StringComparison.Ordinal);
        hooks.Open("advice.ignoredHook=false");
        Assert.Null(hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.Equal("", hooks.Said);
    }

    [Fact]
    public void HookGetsArgumentsInputFolderAndEnvironment()
    {
        using var hooks = new HookFolder("user.name=from -c", "x.flag");
        hooks.Write("pre-push", """
            printf '[%s]\n' "$@"
            cat
            pwd
            echo "$MIG_DIR $EXTRA"
            echo "$MIG_CONFIG_COUNT $MIG_CONFIG_KEY_0=$MIG_CONFIG_VALUE_0 $MIG_CONFIG_KEY_1=$MIG_CONFIG_VALUE_1"
            echo words >&2
            exit 7
            """);
        var call = hooks.Call("pre-push") with
        {
            Arguments = ["a b", "$(touch never)", ""],
            Input = ["first line", "second 'line'"],
            Environment = new Dictionary<string, string> { ["EXTRA"] = "more" },
        };
        Assert.Equal(7, hooks.Runner().Run(call, TestContext.Current.CancellationToken));
        string folder = hooks.Images.Folder, said = hooks.Said;
        Assert.Contains(
            $"[a b]\n[$(touch never)]\n[]\nfirst line\nsecond 'line'\n{folder}\n{folder} more\n2 user.name=from -c x.flag=true\n", said,
            StringComparison.Ordinal);
        Assert.Contains("words\n", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "never")));
    }

    [Fact]
    public void HookOfARepositoryInAFolderRunsInThatFolder()
    {
        using var files = new TestFolder();
        (string folder, _) = Repository.Initialize(files.Path, isBare: false, Support.TestRepository.Context);
        using Repository repository = Repository.Open(files.Path, Support.TestRepository.Context);
        Assert.Equal(files.Path, new HookRunner(folder, repository.Config, repository.Context).WorkFolder);
    }

    [Theory]
    [InlineData("elsewhere", "elsewhere")]
    [InlineData("/dev/null", null)]
    public void HooksPathNamesAnotherFolder(string setting, string? says)
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-commit", "echo usual");
        Directory.CreateDirectory(Path.Combine(hooks.Images.Folder, "elsewhere"));
        hooks.Write("../elsewhere/pre-commit", "echo elsewhere");
        hooks.Open($"core.hooksPath={setting}");
        Assert.Equal(says is null ? null : 0, hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.Equal(says is null ? "" : says + "\n", hooks.Said);
    }

    [Fact]
    public void HookThatReadsNothingAndOneThatSaysMuchBothEnd()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-receive", "exit 0");
        string[] lines = [.. Enumerable.Range(0, 20_000).Select(i => $"line {i} with some words to fill the pipe")];
        Assert.Equal(0, hooks.Runner().Run(hooks.Call("pre-receive") with { Input = lines }, TestContext.Current.CancellationToken));
        hooks.Write("pre-receive", "cat; head -c 3000000 /dev/zero | tr '\\0' x >&2");
        Assert.Equal(0, hooks.Runner().Run(hooks.Call("pre-receive") with { Input = lines }, TestContext.Current.CancellationToken));
        string said = hooks.Said;
        Assert.Equal(lines.Sum(line => line.Length + 1) + 3_000_000, said.Length);
    }

    [Fact]
    public void WhatAHookLeavesRunningKeepsNobodyWaiting()
    {
        using var hooks = new HookFolder();
        hooks.Write("post-commit", "echo done; sleep 60 &");
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(0, hooks.Runner().Run(hooks.Call("post-commit"), TestContext.Current.CancellationToken));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.Equal("done\n", hooks.Said);
    }

    [Fact]
    public void CancellationKillsTheHookAndWhatItStarted()
    {
        using var hooks = new HookFolder();
        string pid = hooks.Files["pid"];
        hooks.Write("pre-commit", $"sleep 600 & echo $! > '{pid}.new'; mv '{pid}.new' '{pid}'; wait");
        using var source = new CancellationTokenSource();
        Task run = Task.Run(() => hooks.Runner().Run(hooks.Call("pre-commit"), source.Token), TestContext.Current.CancellationToken);
        while (!File.Exists(pid) && !run.IsCompleted)
            Thread.Sleep(5);
        string child = $"/proc/{File.ReadAllText(pid).Trim()}";
        Assert.True(Directory.Exists(child));
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => run.GetAwaiter().GetResult());
        Assert.True(SpinWait.SpinUntil(() =>
            !Directory.Exists(child) || File.ReadAllText(child + "/stat").Contains(") Z ", StringComparison.Ordinal), 10_000));
    }

    [Theory]
    [InlineData("echo no first line", "", "its first line must say what runs it")]
    [InlineData("", "#!/nowhere/interpreter", "names a program that is there")]
    public void HookThatCannotStartIsNamed(string script, string firstLine, string advice)
    {
        using var hooks = new HookFolder();
        string path = hooks.Write("pre-commit", script, firstLine: firstLine);
        var error = Assert.Throws<UsageException>(() =>
            hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.StartsWith($"hook {path} cannot be started: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PipeWhoseReaderIsGoneEndsAProgramOfAHookQuietly()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-commit", "grep SigIgn /proc/self/status; cat /dev/zero | head -c 1 > /dev/null");
        Assert.Equal(0, hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
        Assert.Equal("SigIgn:\t0000000000000000\n", hooks.Said);
    }

    [Fact]
    public void HookEndedByASignalSaysWhich()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-commit", "kill -TERM $$");
        Assert.Equal(143, hooks.Runner().Run(hooks.Call("pre-commit"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void WhatTheListenerThrowsComesOutAfterTheHookHasEnded()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-receive", $"head -c 300000 /dev/zero; touch '{hooks.Files["ended"]}'");
        HookCall call = hooks.Call("pre-receive") with { Output = _ => throw new IOException("the other side has gone") };
        Assert.Equal("the other side has gone",
            Assert.Throws<IOException>(() => hooks.Runner().Run(call, TestContext.Current.CancellationToken)).Message);
        Assert.True(File.Exists(hooks.Files["ended"]));
    }
}
