using System.Net.Sockets;
using Mig.Core;
using Mig.Core.Host;
using Mig.Testing;

namespace Mig.Nbd.Tests;

/// <summary>Where a server listens, and how it ends.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly TestFolder _files = new();

    [Theory]
    [InlineData("tcp:127.0.0.1:1234", "nbd://127.0.0.1:1234/")]
    [InlineData("tcp:127.0.0.1", "nbd://127.0.0.1:10809/")]
    [InlineData("tcp:[::1]:7", "nbd://[::1]:7/")]
    [InlineData("tcp:::1", "nbd://[::1]:10809/")]
    [InlineData("unix:/run/mig.sock", "nbd+unix:///?socket=/run/mig.sock")]
    public void Places_are_read(string text, string uri) => Assert.Equal(uri, NbdEndpoint.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("unix:")]
    [InlineData("tcp:")]
    [InlineData("tcp:host:1")]
    [InlineData("tcp:127.0.0.1:99999")]
    [InlineData("127.0.0.1:10809")]
    [InlineData("/run/mig.sock")]
    public void Other_places_are_refused(string text) => Assert.Throws<UsageException>(() => NbdEndpoint.Parse(text));

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused() =>
        Assert.Throws<UsageException>(() => NbdEndpoint.Parse("unix:/" + new string('x', 107)));

    [Fact]
    public async Task A_socket_is_for_its_owner_and_goes_with_the_server()
    {
        string path = _files["socket"];
        await using (NbdServer server = Start(path))
        {
            Assert.Equal("600", Convert.ToString(FileStatus.Of(path, followsLinks: false)!.Value.Mode & 0x1FF, 8));
            Assert.Contains("another server does", Assert.Throws<RemoteException>(() => Start(path)).Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_socket_that_a_killed_server_left_is_replaced_and_a_file_is_not()
    {
        string path = _files["socket"];
        var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));
        left.SafeHandle.SetHandleAsInvalid(); // .NET would delete it
        await using (Start(path))
        {
        }

        File.WriteAllText(path, "precious");
        Assert.Contains("is not a socket", Assert.Throws<RemoteException>(() => Start(path)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_server_that_stops_answers_what_was_asked_and_takes_nothing_more()
    {
        await using var server = new TestServer();
        using var release = new ManualResetEventSlim();
        using var asked = new ManualResetEventSlim();
        server.ReadOnly.Before = _ =>
        {
            asked.Set();
            release.Wait();
        };
        using NbdLine silent = server.Connect(), idle = server.Connect().Choose("disk"), line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096, cookie: 9));
        asked.Wait(TestContext.Current.CancellationToken);
        Task stopping = server.Server.StopAsync();
        Assert.True(idle.IsClosed());
        Assert.True(silent.IsClosed());
        Assert.False(stopping.IsCompleted);
        release.Set();
        Assert.Equal(9UL, line.TakeChunk().Cookie);
        await stopping;
        Assert.True(line.IsClosed());
    }

    public void Dispose() => _files.Dispose();

    private static NbdServer Start(string path) => NbdServer.Start(new NbdServerOptions
    {
        Listen = NbdEndpoint.Parse("unix:" + path),
        Exports = new FakeExports()
    });
}
