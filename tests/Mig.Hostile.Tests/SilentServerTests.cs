using System.Diagnostics;
using System.Globalization;
using Mig.Testing;
using Mig.Tests.Exchange.Serving;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// A server that does not answer, or a byte at a time, holds nobody for ever; and whoever waits for it can be ended at any time.
/// </summary>
public sealed class SilentServerTests : IDisposable
{
    private const int Terminated = 143;

    private readonly TestFolder _files = new();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Who_says_nothing_or_a_byte_now_and_then_is_given_up(bool isHttp, bool trickles)
    {
        using HostileServer server = Silent(isHttp, trickles, greets: true);
        Finish(Start(server, "http.lowSpeedTime=1")).Ends(23, "REMOTE-016", "http.lowSpeedTime");
    }

    [Fact]
    public void Who_does_not_even_greet_is_given_up()
    {
        using var mute = new RawServer("", "");
        Finish(MigProgram.Start([], "-c", "http.lowSpeedTime=1", "ls-remote", mute.Address)).Ends(23, "REMOTE-016");
        using HostileServer server = Silent(isHttp: false, trickles: false, greets: false);
        Finish(Start(server, "http.lowSpeedTime=1")).Ends(23, "REMOTE-016");
    }

    // Nothing is given up here within the time of a test: only the signal ends it.
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_signal_ends_any_wait(bool isHttp, bool greets)
    {
        using var asked = new ManualResetEventSlim();
        using var server = new HostileServer(isHttp, (_, _) =>
        {
            asked.Set();
            Thread.Sleep(Timeout.Infinite);
        }, greets);
        using Process client = Start(server, "http.lowSpeedTime=0");
        asked.Wait(TestContext.Current.CancellationToken);
        Tool.Run("kill", "-TERM", client.Id.ToString(CultureInfo.InvariantCulture));
        Finish(client).Ends(Terminated, "interrupted");
    }

    [Fact]
    public void A_server_that_was_stopped_is_given_up()
    {
        using var served = new ServedFolder();
        served.Start();
        ServedFolder.Mig("ls-remote", served.Address + "/lab/web").Ends(0, "refs/heads/main"); // the control
        string process = served.Server.Id.ToString(CultureInfo.InvariantCulture);
        Tool.Run("kill", "-STOP", process);
        try
        {
            ServedFolder.Mig("-c", "http.lowSpeedTime=1", "ls-remote", served.Address + "/lab/web").Ends(23, "REMOTE-016");
        }
        finally
        {
            Tool.Run("kill", "-CONT", process);
        }
    }

    public void Dispose() => _files.Dispose();

    private static HostileServer Silent(bool isHttp, bool trickles, bool greets) => new(isHttp, (_, to) =>
    {
        // A record of which a byte comes now and then.
        to.Write(trickles ? [0, 0, 1, 0, (byte)'J'] : []);
        for (; ; Thread.Sleep(100))
        {
            to.Write(trickles ? " "u8 : []);
            to.Flush();
        }
    }, greets);

    private Process Start(HostileServer server, string setting) =>
        MigProgram.Start([], "-c", setting, "-c", "core.sshCommand=" + server.SshCommand(_files["ssh"]), "ls-remote", server.Address);

    private static Said Finish(Process process) => new(MigProgram.Finish(process));

    private sealed record Said((int ExitCode, string Output) Result)
    {
        public void Ends(int exitCode, params string[] parts)
        {
            Assert.True(Result.ExitCode == exitCode, $"ended with {Result.ExitCode}: {Result.Output}");
            Assert.All(parts, part => Assert.Contains(part, Result.Output, StringComparison.Ordinal));
        }
    }
}
