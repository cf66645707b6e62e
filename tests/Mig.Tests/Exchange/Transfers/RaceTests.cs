using Mig.Core;
using Mig.History.Refs;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Transfers;

public sealed class RaceTests : IDisposable
{
    private const int Rounds = 50;

    private readonly TestRepository _there = new();
    private readonly TestRepository[] _clients = [new(), new()];
    private readonly Peers _peers = new();

    [Fact]
    public void Of_two_pushes_to_one_branch_exactly_one_wins()
    {
        (RemoteAddress address, RemoteOptions options) = _peers.Locate(RemoteKind.Http, _there.Folder);
        foreach (TestRepository client in _clients)
            TestDisks.FileSystem(client.Files, "disk.img", "-t ext2 -b 1024", "8M");
        for (int round = 0; round < Rounds; round++)
        {
            using Barrier start = new(_clients.Length);
            RefName branch = RefName.Branch($"round{round}");
            ObjectId[] tips = [.. _clients.Select((client, i) => client.Commit(
                new CommitRequest { Disks = [client.Files["disk.img"]], Message = $"{round} of {i}", AllowEmpty = true }).Id!.Value.Value)];
            string?[] refusals = new string?[_clients.Length];
            Parallel.For(0, _clients.Length, i =>
            {
                using Repository here = _clients[i].Open();
                using RemoteRepository remote = RemoteRepository.Open(address, options);
                start.SignalAndWait();
                refusals[i] = remote.Push(here.Store, new PushRequest { Updates = [new PushUpdate(branch, null, tips[i], false)] }).Results[
                    0].Refusal;
            });
            int winner = Array.IndexOf(refusals, null);
            Assert.True(winner >= 0 && refusals[1 - winner] is { Length: > 0 }, string.Join(" | ", refusals));
            using Repository there = _there.Open();
            Assert.Equal(tips[winner], there.Refs.Read(branch)!.Id);
            Assert.All([_there, .. _clients], side => Assert.Empty(side.Check(isQuick: true).Problems));
        }

        Assert.All([_there, .. _clients], side => Assert.Empty(side.Check().Problems));
    }

    public void Dispose()
    {
        _peers.Dispose();
        _there.Dispose();
        foreach (TestRepository client in _clients)
            client.Dispose();
    }
}
