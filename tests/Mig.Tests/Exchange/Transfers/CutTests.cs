using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>Connections that break: nothing is lost on either side, and the next try goes on with what has arrived.</summary>
public sealed class CutTests : IDisposable
{
    private const int Cuts = 25;

    private readonly TestRepository _here = new();
    private readonly TestRepository _there = new();
    private readonly Peers _peers = new();

    [Fact]
    public void A_fetch_that_is_cut_anywhere_leaves_both_sides_whole()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _there.Commit("disk.img");
        Run(_there, remote => { using Repository here = _here.Open(); Peers.Fetch(remote, here); }, _here);
        Judge.AssertSame(_there.Files["disk.img"], _here.Export("out.img"));
    }

    [Fact]
    public void A_push_that_is_cut_anywhere_leaves_both_sides_whole()
    {
        TestDisks.FileSystem(_here.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _here.Commit("disk.img");
        Run(_there, remote => { using Repository here = _here.Open(); Assert.Null(Peers.Push(remote, here).Results[0].Refusal); }, _there);
        using Repository there = _there.Open();
        using Repository here = _here.Open();
        Assert.Equal(here.Refs.ReadHead().Id, there.Refs.ReadHead().Id);
    }

    [Fact]
    public void The_next_try_goes_on_with_what_has_arrived()
    {
        File.WriteAllBytes(_there.Files["disk.img"], MixedBytes.Make(48 << 20, 5));
        _there.Commit("disk.img");
        (RemoteAddress address, RemoteOptions options) = Locate(_there.Folder);
        long whole;
        using (TestRepository control = new())
        using (Repository into = control.Open())
        using (RemoteRepository remote = RemoteRepository.Open(address, options, TestContext.Current.CancellationToken))
            whole = Peers.Fetch(remote, into).Transfer.WireBytes;
        Assert.True(whole > 10 << 20, $"{whole} bytes");
        using Repository here = _here.Open();
        using (var proxy = new FaultyLine(address.Port!.Value, new LineFaults { CutAfter = whole * 3 / 4 }))
        using (RemoteRepository remote =
            RemoteRepository.Open(address with { Port = proxy.Port }, options, TestContext.Current.CancellationToken))
            Assert.Equal("REMOTE-010", Assert.Throws<RemoteException>(() => Peers.Fetch(remote, here)).Code);
        using (RemoteRepository remote = RemoteRepository.Open(address, options, TestContext.Current.CancellationToken))
        {
            long rest = Peers.Fetch(remote, here).Transfer.WireBytes;
            Assert.True(rest < whole / 2, $"{rest} of {whole} bytes came again");
        }

        _here.AssertClean();
    }

    // The limit grows with every try, so that the cut falls everywhere, and the last try gets through.
    private void Run(TestRepository served, Action<RemoteRepository> transfer, TestRepository receiver)
    {
        (RemoteAddress address, RemoteOptions options) = Locate(served.Folder);
        long whole;
        using (var probe = new FaultyLine(address.Port!.Value, new LineFaults()))
        {
            using RemoteRepository remote = Open(probe);
            _ = remote.ListRefs();
            whole = 6 << 20;
        }

        int cuts = 0;
        for (int i = 0; i <= Cuts; i++)
        {
            using var proxy = new FaultyLine(
                address.Port.Value, new LineFaults { CutAfter = i == Cuts ? null : whole * (i + 1) / Cuts / 2, Resets = true });
            try
            {
                using RemoteRepository remote = Open(proxy);
                transfer(remote);
                break;
            }
            catch (RemoteException e) when (i < Cuts)
            {
                Assert.Equal("REMOTE-010", e.Code);
                cuts++;
            }

            Assert.Empty(receiver.Check(isQuick: i % 5 != 0).Problems);
            Assert.Empty((receiver == _here ? _there : _here).Check(isQuick: true).Problems);
        }

        Assert.True(cuts > 3, $"{cuts} cuts");
        Assert.Empty(receiver.Check().Problems);

        RemoteRepository Open(FaultyLine proxy) => RemoteRepository.Open(address with { Port = proxy.Port }, options);
    }

    // Who gives up at the first break: what is left then is looked at.
    private (RemoteAddress Address, RemoteOptions Options) Locate(string folder)
    {
        (RemoteAddress address, RemoteOptions options) = _peers.Locate(RemoteKind.Http, folder);
        return (address, options with { Retries = RetryPolicy.Default with { Most = 0 } });
    }

    public void Dispose()
    {
        _peers.Dispose();
        _here.Dispose();
        _there.Dispose();
    }
}
