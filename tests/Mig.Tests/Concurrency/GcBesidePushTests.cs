using Mig.Care.Maintenance;
using Mig.Testing;
using Mig.Tests.Exchange.Transfers;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Transfer.Serving;
using Mig.Versions.Commits;

namespace Mig.Tests.Concurrency;

/// <summary>A collection that runs at any step of a push that is being received: the push is taken all the same.</summary>
public sealed class GcBesidePushTests : IDisposable
{
    private readonly TestRepository _here = new();
    private readonly TestRepository _there = new();

    public static TheoryData<string> Steps => ["retain", "manifests", "finish", "settle", "check", "judge", "move"];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_push_is_taken_whatever_a_collection_does_meanwhile(string step)
    {
        int collections = 0;
        for (int version = 1; version <= 3; version++)
        {
            File.WriteAllBytes(_here.Files["disk"], MixedBytes.Make(300_000, version));
            _here.Commit(new CommitRequest { Disks = [_here.Files["disk"]], Message = $"version {version}" });
            bool isLast = version == 3;
            Push(now =>
            {
                if (!isLast || now != step)
                    return;
                Collect();
                collections++;
            });
        }

        Assert.Equal(1, collections);
        Assert.Empty(_there.Check().Problems);
        using Repository here = _here.Open(), there = _there.Open();
        Assert.Equal(here.Refs.ReadHead().Id, there.Refs.ReadHead().Id);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private void Push(Action<string> step)
    {
        using Repository here = _here.Open(), there = _there.Open();
        var options = new RemoteOptions
        {
            ServeFolder = _ => new RepositoryService(there.Store, there.Refs,
                new ServiceOptions { StoreOptions = there.StoreOptions, Who = there.Identity.Committer, Step = step }),
        };
        using RemoteRepository remote =
            RemoteRepository.Open(RemoteAddress.Parse(_there.Folder, "/"), options, TestContext.Current.CancellationToken);
        Assert.Null(Peers.Push(remote, here).Results[0].Refusal);
    }

    // In a repository object of its own, as another process has it. What is garbage stays: only packs and indexes move.
    private void Collect()
    {
        using Repository repository = _there.Open();
        new GarbageCollection(repository, new CollectionOptions { GarbageTolerated = 0, Patience = TimeSpan.FromMilliseconds(50) })
            .Run(TestContext.Current.CancellationToken);
    }
}
