using System.Collections.Concurrent;
using System.Net.Sockets;
using Mig.Core;
using Mig.Testing;

namespace Mig.Nbd.Tests;

/// <summary>A server on a Unix socket, with a disk of mixed bytes, one that can fail and be written, and an empty one.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TestFolder _files = new();

    public TestServer(Func<NbdServerOptions, NbdServerOptions>? change = null, bool isTcp = false)
    {
        // A mebibyte of bytes, one of zeros, one of bytes with small zeros in it.
        for (int i = 0; i < 1 << 20; i++)
            Content[i] = (byte)(1 + (i % 251));
        Array.Fill(Content, (byte)7, 2 << 20, 1 << 20);
        Content.AsSpan((2 << 20) + 8192, 4096).Clear();
        Content.AsSpan((2 << 20) + 65536, 65536).Clear();
        ReadOnly = new FakeDisk(Content);
        Exports.Add("disk", ReadOnly);
        Exports.Add("writable", Disk, isWritable: true);
        Exports.Add("empty", new MemorySource(Array.Empty<byte>()));
        var options = new NbdServerOptions
        {
            Listen = NbdEndpoint.Parse(isTcp ? "tcp:127.0.0.1:0" : "unix:" + _files["socket"]),
            Exports = Exports,
            Warn = Warnings.Enqueue,
            Log = Log.Enqueue,
        };
        Server = NbdServer.Start(change is null ? options : change(options));
    }

    public byte[] Content { get; } = new byte[3 << 20];

    public FakeDisk ReadOnly { get; }

    public FakeDisk Disk { get; } = new(MixedBytes.Make(1 << 20, 4));

    public FakeExports Exports { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = [];

    public ConcurrentQueue<NbdLogEntry> Log { get; } = [];

    public NbdServer Server { get; }

    public NbdLine Connect() => new(Server.Address.Path is { } path ? new UnixDomainSocketEndPoint(path) : Server.Address.Address!);

    /// <summary>Waits until what the connections had open is closed.</summary>
    public void WaitUntilIdle() => Waiting.Until(() => Server.ConnectionCount == 0 && Exports.OpenCount == 0);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.Equal(0, Exports.OpenCount);
        _files.Dispose();
    }
}
