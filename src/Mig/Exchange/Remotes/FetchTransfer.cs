using Mig.Core;
using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>Brings objects over one connection, in one or more rounds, and adds up what came. For one thread.</summary>
internal sealed class FetchTransfer(Repository repository, RemoteRepository connection, FetchOptions options)
{
    private readonly HashSet<ObjectId> _brought = [];

    public TransferReport Report { get; private set; } = TransferReport.Nothing;

    /// <summary>Brings what is wanted and not here yet.</summary>
    /// <param name="depth">How many commits of each history; null for all that are missing.</param>
    public void Bring(IReadOnlyList<ObjectId> ids, int? depth, CancellationToken cancellation)
    {
        // Where something is damaged, a ref proves nothing of what it leads to.
        bool isRefetch = options.Refetch || repository.Store.IsDamaged;
        if (isRefetch && !options.Refetch && _brought.Count == 0)
            repository.Context.Notice(
                "something in this repository is damaged, so all of it is compared with what the remote has, and what is missing comes "
                + "anew ('mig fsck' says what)");
        HashSet<ObjectId> known = isRefetch ? [] : Known();
        List<ObjectId> wants = [.. ids.Distinct().Where(id => !_brought.Contains(id) && (depth is not null || !known.Contains(id)))];
        if (wants.Count == 0)
            return;
        IReadOnlySet<ObjectId> shallow = repository.Objects.Shallow;
        FetchReport report = connection.Fetch(
            repository.Store,
            repository.StoreOptions,
            new FetchRequest
            {
                Wants = wants,
                Haves = isRefetch ? [] : [.. known, .. _brought],
                Shallow = [.. shallow],
                Depth = depth,
                WithoutContent = options.WithoutContent == true,
                Refetch = isRefetch,
                DryRun = options.DryRun,
                Sharing = options.Sharing,
                Progress = options.Progress,
                Limits = repository.Context.Limits,
            },
            cancellation);
        Add(report.Transfer);
        if (options.DryRun)
            return;
        _brought.UnionWith(wants);

        // Before the refs: what they name is never taken for more than is here.
        repository.Objects.UpdateShallow(added: report.Shallow.Except(shallow), removed: shallow.Except(report.Shallow));
    }

    // All that refs lead to is here, by the rule that refs move last.
    private HashSet<ObjectId> Known()
    {
        HashSet<ObjectId> known = [.. repository.Refs.List("refs/", damaged: []).Select(found => found.Id)
            .Where(id => repository.Objects.GetKind(id) is not null)];
        if (repository.Refs.ReadHead() is { Id: { } head } && repository.Objects.GetKind(head) is not null)
            known.Add(head);
        return known;
    }

    private void Add(TransferReport more) => Report = new TransferReport(
        Report.Objects + more.Objects, Report.Bytes + more.Bytes, Report.StoredBytes + more.StoredBytes, Report.WireBytes + more.WireBytes);
}
