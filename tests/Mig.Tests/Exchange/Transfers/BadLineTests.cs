using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>
/// A line that breaks, stands still or loses again and again: a transfer goes on with what is left, and ends, in one call.
/// </summary>
public sealed class BadLineTests : IDisposable
{
    private readonly TestRepository _here = new();
    private readonly TestRepository _there = new();
    private readonly Peers _peers = new();

    [Theory]
    [InlineData(RemoteKind.Http, 1400 << 10, false)]
    [InlineData(RemoteKind.Http, 2 << 20, true)]
    [InlineData(RemoteKind.Ssh, 6 << 20, false)]
    public void A_fetch_over_a_line_that_is_cut_again_and_again(RemoteKind kind, int every, bool resets)
    {
        Fill(_there);
        Fetch(kind, new LineFaults { CutEvery = every, Resets = resets }, atLeast: 1);
    }

    [Theory]
    [InlineData(RemoteKind.Http, 1400 << 10, false)]
    [InlineData(RemoteKind.Http, 2 << 20, true)]
    [InlineData(RemoteKind.Ssh, 6 << 20, false)]
    public void A_push_over_a_line_that_is_cut_again_and_again(RemoteKind kind, int every, bool resets)
    {
        Fill(_here);
        Push(kind, new LineFaults { CutEvery = every, Resets = resets }, atLeast: 1);
    }

    [Fact]
    public void A_fetch_over_a_line_that_stands_still_now_and_then()
    {
        Fill(_there);
        Fetch(RemoteKind.Http, new LineFaults { StallEvery = 5 << 20 }, atLeast: 1);
    }

    [Theory]
    [InlineData(RemoteKind.Http)]
    [InlineData(RemoteKind.Ssh)]
    public void A_long_line_that_loses_one_packet_of_a_hundred_costs_time_only(RemoteKind kind)
    {
        var faults = new LineFaults { LosesEvery = 100, RoundTrip = TimeSpan.FromMilliseconds(40), BytesPerSecond = 6 << 20 };
        Fill(_there, mixed: 4 << 20);
        Fetch(kind, faults, atLeast: 0);
        File.WriteAllBytes(_here.Files["disk.img"], MixedBytes.Make(3 << 20, 15));
        _here.Commit("disk.img");
        Push(kind, faults, atLeast: 0);
    }

    // The control: without further tries the first cut ends all.
    [Fact]
    public void Without_further_tries_a_cut_is_the_end()
    {
        Fill(_there);
        (RemoteAddress address, RemoteOptions options) = Locate(RemoteKind.Http, _there.Folder);
        using var line = new FaultyLine(address.Port!.Value, new LineFaults { CutEvery = 1 << 20 });
        using RemoteRepository remote = RemoteRepository.Open(address with { Port = line.Port },
            options with { Retries = options.Retries with { Most = 0 } }, TestContext.Current.CancellationToken);
        using Repository here = _here.Open();
        Assert.Equal(RemoteCodes.Broken, Assert.Throws<RemoteException>(() => Peers.Fetch(remote, here)).Code);
    }

    public void Dispose()
    {
        _peers.Dispose();
        _here.Dispose();
        _there.Dispose();
    }

    private static void Fill(TestRepository repository, int mixed = 24 << 20)
    {
        TestDisks.FileSystem(repository.Files, "disk.img", "-t ext4 -b 4096", "48M");
        byte[] disk = File.ReadAllBytes(repository.Files["disk.img"]);
        MixedBytes.Make(mixed, 14).CopyTo(disk, 20 << 20);
        File.WriteAllBytes(repository.Files["disk.img"], disk);
        repository.Commit("disk.img");
    }

    private (RemoteAddress Address, RemoteOptions Options) Locate(RemoteKind kind, string folder)
    {
        (RemoteAddress address, RemoteOptions options) = _peers.Locate(kind, folder);
        return (address, options with { Retries = options.Retries with { Pause = TimeSpan.FromMilliseconds(20) } });
    }

    private void Fetch(RemoteKind kind, LineFaults faults, int atLeast)
    {
        (RemoteAddress address, RemoteOptions options) = Locate(kind, _there.Folder);
        if (faults.StallEvery is not null)
            options = options with { Patience = new Patience(TimeSpan.FromSeconds(3), 100) };
        using var line = new FaultyLine(address.Port!.Value, faults);
        using (Repository here = _here.Open())
        using (RemoteRepository remote =
            RemoteRepository.Open(address with { Port = line.Port }, options, TestContext.Current.CancellationToken))
            Peers.Fetch(remote, here);
        AssertWhole(line, atLeast, _here, _there);
    }

    private void Push(RemoteKind kind, LineFaults faults, int atLeast)
    {
        (RemoteAddress address, RemoteOptions options) = Locate(kind, _there.Folder);
        using var line = new FaultyLine(address.Port!.Value, faults);
        using (Repository here = _here.Open())
        using (RemoteRepository remote =
            RemoteRepository.Open(address with { Port = line.Port }, options, TestContext.Current.CancellationToken))
            Assert.Null(Peers.Push(remote, here).Results[0].Refusal);
        AssertWhole(line, atLeast, _there, _here);
    }

    // Little comes twice: what was on its way when the line was cut, and what was asked again.
    private static void AssertWhole(FaultyLine line, int atLeast, TestRepository receiver, TestRepository sender)
    {
        long size = Directory.EnumerateFiles(Path.Combine(sender.Folder, "packs"), "*.pack").Sum(pack => new FileInfo(pack).Length);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{line.Passed} bytes passed for {size}, {line.Faults} faults, {line.Connections} connections");
        Assert.True(line.Faults >= atLeast, $"{line.Faults} faults");
        Assert.Empty(receiver.Check().Problems);
        using (Repository to = receiver.Open())
        using (Repository from = sender.Open())
            Assert.Equal(from.Refs.ReadHead().Id, to.Refs.ReadHead().Id);
        Judge.AssertSame(sender.Files["disk.img"], receiver.Export("out.img"));
        Assert.True(line.Passed < size * 3 || line.Line.Resets, $"{line.Passed} bytes passed for {size}");
    }
}
