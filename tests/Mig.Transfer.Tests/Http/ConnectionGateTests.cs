using System.Net;
using Mig.Transfer.Http;

namespace Mig.Transfer.Tests.Http;

public class ConnectionGateTests
{
    private static readonly IPAddress Ada = IPAddress.Parse("192.0.2.1"), Bob = IPAddress.Parse("192.0.2.2");
    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<string> _closed = [];
    private readonly HttpServerOptions _options;
    private readonly ConnectionGate _gate;

    public ConnectionGateTests()
    {
        _options = new HttpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Open = (_, _) =>
            null, MaxConnections = 6, MaxConnectionsPerClient = 3, Clock = _clock
        };
        _gate = new ConnectionGate(_options);
    }

    [Fact]
    public void WhoIsOfNoUseLongestIsClosed()
    {
        Open(Ada, "first");
        Open(Ada, "second");
        Open(Ada, "third");
        Open(Ada, "fourth");
        Assert.Equal(["first"], _closed);
        Assert.Equal(3, _gate.Count);
    }

    [Fact]
    public void IdleGoesBeforeAskedAndWorkingStays()
    {
        ClientConnection working = Open(Ada, "working"), asked = Open(Ada, "asked");
        Open(Ada, "idle");
        asked.BeginRequest();
        working.BeginRequest();
        working.BeginWork();
        _clock.Now += TimeSpan.FromMinutes(1);
        Open(Ada, "new");
        Open(Ada, "newer");
        Assert.Equal(["idle", "asked"], _closed);
    }

    [Fact]
    public void WhoHasJustComeMayTakeAMomentToAsk()
    {
        ClientConnection[] slow = [Open(Ada, "slow 1"), Open(Ada, "slow 2")];
        Array.ForEach(slow, connection => connection.BeginRequest());
        _clock.Now += TimeSpan.FromMinutes(1);
        Open(Ada, "fresh");
        Open(Ada, "fresher");
        Assert.Equal(["slow 1"], _closed);
    }

    [Fact]
    public void WhatComesOnStaysBeforeWhatTrickles()
    {
        ClientConnection[] three = [Open(Ada, "comes on"), Open(Ada, "trickles"), Open(Ada, "comes")];
        Array.ForEach(three, connection => connection.BeginRequest());
        _clock.Now += TimeSpan.FromMinutes(1);
        three[0].Moved(8 << 20);
        three[1].Moved(18_000);
        three[2].Moved(8 << 20);
        Open(Ada, "new");
        Assert.Equal(["trickles"], _closed);
    }

    [Fact]
    public void WhereAllAreWorkedForNobodyComesIn()
    {
        foreach (string name in (string[])["1", "2", "3"])
            Open(Ada, name).BeginWork();
        Assert.False(_gate.TryEnter(Make(Ada, "4")));
        Assert.True(_gate.TryEnter(Make(Bob, "5")));
        Assert.Empty(_closed);
    }

    [Fact]
    public void WhoHasManyMakesRoomForWhoHasFew()
    {
        Open(Bob, "bob");
        _clock.Now += TimeSpan.FromMinutes(1);
        for (int i = 0; i < 3; i++)
            Open(Ada, $"ada {i}");
        for (int i = 0; i < 3; i++)
            Open(IPAddress.Parse($"198.51.100.{i}"), $"other {i}");
        Assert.Equal(["ada 0"], _closed);
    }

    [Fact]
    public void WhoLeavesMakesRoom()
    {
        foreach (string name in (string[])["1", "2", "3"])
        {
            ClientConnection connection = Open(Ada, name);
            _gate.Leave(connection);
        }

        Open(Ada, "4");
        Assert.Empty(_closed);
        Assert.Equal(1, _gate.Count);
    }

    private ClientConnection Make(IPAddress client, string name) => new(client, _clock, () => _closed.Add(name));

    private ClientConnection Open(IPAddress client, string name)
    {
        ClientConnection connection = Make(client, name);
        Assert.True(_gate.TryEnter(connection));
        _clock.Now += TimeSpan.FromMilliseconds(1);
        return connection;
    }
}
