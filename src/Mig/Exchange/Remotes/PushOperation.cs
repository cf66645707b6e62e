using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Branches;

namespace Mig.Exchange.Remotes;

/// <summary>Sends what another repository lacks, and has it move its refs; then moves the tracking refs here.</summary>
public sealed class PushOperation(Repository repository)
{
    private const string Reason = "update by push";

    private readonly RemoteConfiguration _remotes = new(repository);

    /// <summary>Pushes to each of the remote's addresses.</summary>
    /// <returns>What happened, address by address; a ref that was rejected is no exception.</returns>
    /// <exception cref="NotFoundException">There is no such remote, or no such ref.</exception>
    /// <exception cref="UsageException">What to push is not clear.</exception>
    /// <exception cref="RemoteException">The other side cannot be reached, or does not keep to the protocol.</exception>
    public IReadOnlyList<PushOutcome> Run(PushOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Remote remote = _remotes.Read(options.Remote ?? _remotes.PushDefaultFor(repository.Refs.ReadHead().Branch));
        if (remote.PushUrls.Count == 0)
            throw remote.NoAddress();
        if (options.SetsUpstream && remote.Name is null)
            throw new UsageException("a branch can follow a remote only, not an address; 'mig remote add NAME ADDRESS' makes one");
        IReadOnlyList<Refspec> refspecs = ReadRefspecs(remote, options);
        var outcomes = new List<PushOutcome>();
        RemoteAddress[] addresses = [.. remote.PushUrls.Select(_remotes.AddressOf)];
        foreach (RemoteAddress address in addresses)
        {
            bool isAlone = addresses.All(other =>
                (other.Kind, other.IsSecure, other.Host, other.Port) == (address.Kind, address.IsSecure, address.Host, address.Port));
            using RemoteRepository connection = new RemoteAccess(repository, repository.Context)
                .Open(remote.Name, address, isAlone, cancellation);
            outcomes.Add(Push(connection, List(connection, remote, refspecs, cancellation), address, remote, refspecs, options,
                cancellation));
        }

        return outcomes;
    }

    // The refs that it may move, and with the same call whether the other side has what is pushed. A name that is not found is looked for
    // among all, so that near ones can be told.
    private RemoteListing List(RemoteRepository connection, Remote remote, IReadOnlyList<Refspec> refspecs, CancellationToken cancellation)
    {
        RefChoice? choice = NeededRefs.OfPush(refspecs, repository.Refs.ReadHead().Branch);
        IEnumerable<ObjectId> hints = remote.Name is null ? [] : repository.Refs.List($"{RefName.RemotePrefix}{remote.Name}/", damaged: [])
            .Select(found => found.Id);
        IReadOnlyList<ObjectId> asked = PushQuestions.Choose(repository.Store, PushChooser.FindTips(repository, refspecs), hints);
        RemoteListing listing = connection.ListRefs(
            new RefsQuery { Prefixes = choice?.Prefixes, Names = choice?.Names ?? [], Asked = asked }, cancellation);
        try
        {
            var chooser = new PushChooser(repository, listing);
            foreach (Refspec refspec in refspecs)
                chooser.Add(refspec);
        }
        catch (NotFoundException) when (choice is not null)
        {
            return connection.ListRefs(cancellation: cancellation);
        }

        return listing;
    }

    private IReadOnlyList<Refspec> ReadRefspecs(Remote remote, PushOptions options)
    {
        if (options.AllBranches && (options.Refspecs.Count > 0 || options.Deletes))
            throw new UsageException("--all pushes all branches; give it, or the names of some");
        if (options.Deletes && (options.Refspecs.Count == 0 || options.AllTags))
            throw new UsageException("--delete takes the names of the refs to delete");
        var refspecs = new List<Refspec>();
        for (int i = 0; i < options.Refspecs.Count; i++)
        {
            string text = options.Refspecs[i];
            if (options.Deletes)
            {
                if (text.Contains(':', StringComparison.Ordinal))
                    throw new UsageException($"--delete takes plain names, not '{text}'");
                text = ":" + text;
            }
            else if (text == "tag" && i + 1 < options.Refspecs.Count)
            {
                text = $"{RefName.Tag(options.Refspecs[++i])}";
            }

            refspecs.Add(Refspec.ParsePush(text));
        }

        if (options.AllBranches)
            refspecs.Add(Refspec.ParsePush("refs/heads/*:refs/heads/*"));
        if (options.AllTags)
            refspecs.Add(Refspec.ParsePush("refs/tags/*:refs/tags/*"));
        return refspecs.Count > 0 ? refspecs : new PushDefault(repository).Choose(remote, options);
    }

    private PushOutcome Push(RemoteRepository connection, RemoteListing listing, RemoteAddress address, Remote remote,
        IReadOnlyList<Refspec> refspecs, PushOptions options, CancellationToken cancellation)
    {
        var chooser = new PushChooser(repository, listing);
        foreach (Refspec refspec in refspecs)
            chooser.Add(refspec);
        IReadOnlyList<PushChoice> choices = chooser.Choose(refspecs);
        Dictionary<RefName, ObjectId> theirs = listing.Refs.ToDictionary(found => found.Name, found => found.Id);
        IReadOnlyDictionary<RefName, ObjectId> expected = ReadLeases(remote, options.Leases, choices);
        List<PushedRef> refs = [.. choices.Select(choice =>
            Judge(choice, theirs.TryGetValue(choice.Theirs, out ObjectId old) ? old : null, expected, options.Force))];
        if (options.IsAtomic && refs.Exists(item => item.HasFailed))
        {
            refs = [.. refs.Select(item => item.HasFailed || item.Change == RefChange.UpToDate ? item
                : item with { Change = RefChange.Rejected, Rejection = PushRejection.Atomic, Note = "atomic push failed" })];
        }

        if (options.AsksHook)
            AskHook(remote.Name ?? address.Text, address.Text, choices, refs, options.DryRun, cancellation);
        PushReport report = Send(connection, listing, refs, options, cancellation);
        Dictionary<RefName, string> refusals = report.Results.Where(result => result.Refusal is not null)
            .ToDictionary(result => result.Name, result => result.Refusal!);
        refs = [.. refs.Select(item => !item.HasFailed && refusals.TryGetValue(item.Theirs, out string? refusal)
            ? item with { Change = RefChange.Refused, Note = refusal } : item)];
        IReadOnlyList<UpstreamBranch> upstreams = [];
        if (!options.DryRun)
        {
            MoveTracking(remote, refs);
            NoteMoves(remote, address, refs);
            upstreams = options.SetsUpstream || SetsUpItself(remote, options) ? SetUpstreams(remote, choices, refs) : [];
        }

        return new PushOutcome(address.Text, refs, report.Transfer, report.Messages, upstreams);
    }

    private bool SetsUpItself(Remote remote, PushOptions options) => remote.Name is not null
        && options is { Refspecs.Count: 0, AllBranches: false, AllTags: false }
        && repository.Config.GetBoolean("push.autosetupremote", false)
        && repository.Refs.ReadHead().Branch is { } branch && new Upstreams(repository).Find(branch) is null;

    private void AskHook(string name, string url, IReadOnlyList<PushChoice> choices, List<PushedRef> refs, bool isDryRun,
        CancellationToken cancellation)
    {
        Dictionary<RefName, PushChoice> sources = choices.ToDictionary(choice => choice.Theirs);
        List<PrePushRef> asked = [.. refs.Where(item => !item.HasFailed && item.Change != RefChange.UpToDate)
            .Select(item => new PrePushRef(
                item.New is null ? null : sources[item.Theirs].Ours?.Value ?? item.Source, item.New, item.Theirs, item.Old))];
        if (asked.Count > 0)
            repository.Hooks.PrePush(name, url, asked, isDryRun, cancellation);
    }

    private PushReport Send(RemoteRepository connection, RemoteListing listing, List<PushedRef> refs, PushOptions options,
        CancellationToken cancellation)
    {
        List<PushUpdate> updates = [.. refs.Where(item => !item.HasFailed && item.Change != RefChange.UpToDate)
            .Select(item => new PushUpdate(item.Theirs, item.Old, item.New, item.Change == RefChange.Forced))];
        return updates.Count == 0
            ? new PushReport(TransferReport.Nothing, [], [])
            : connection.Push(repository.Store, new PushRequest
            {
                Updates = updates, Remote = listing, Atomic = options.IsAtomic,
                DryRun = options.DryRun, Progress = options.Progress
            }, cancellation);
    }

    // The null id stands for "there must be none".
    private Dictionary<RefName, ObjectId> ReadLeases(Remote remote, IReadOnlyList<PushLease> leases, IReadOnlyList<PushChoice> choices)
    {
        var expected = new Dictionary<RefName, ObjectId>();

        // What is said of one ref goes before what is said of all.
        foreach (PushLease lease in leases.OrderBy(lease => lease.Ref is null))
        {
            IEnumerable<RefName> names = choices.Select(choice => choice.Theirs);
            if (lease.Ref is not null)
                names = names.Where(name => RefAbbreviation.Find(lease.Ref, candidate => candidate == name) is not null);
            foreach (RefName name in names)
                expected.TryAdd(name, Expect(remote, lease, name));
        }

        return expected;
    }

    private ObjectId Expect(Remote remote, PushLease lease, RefName name)
    {
        if (lease.Expected is { } revision)
            return revision.Length == 0 ? default : repository.Revisions.Resolve(revision).Id;

        // Without a tracking ref nothing is known, so that nothing but "none" can be expected.
        return remote.TrackingOf(name) is { } tracking && repository.Refs.Resolve(tracking) is { } id ? id : default;
    }

    // As set_ref_status_for_push of Git.
    private PushedRef Judge(PushChoice choice, ObjectId? old, IReadOnlyDictionary<RefName, ObjectId> expected, bool force)
    {
        var pushed = new PushedRef(RefChange.UpToDate, choice.Source, choice.Theirs, old, choice.Id);
        if (choice.Theirs.IsBranch && choice.Id is { } id && repository.Objects.GetKind(id) is not ObjectKind.Commit)
            throw new UsageException(
                $"'{choice.Source}' is not a commit, so {choice.Theirs} cannot be it; only tags can name other things");
        if (old == choice.Id)
            return pushed;
        PushRejection rejection = PushRejection.None;
        bool isForced = force || choice.IsForced;
        if (expected.TryGetValue(choice.Theirs, out ObjectId lease))
        {
            if ((old ?? default) != lease)
                rejection = PushRejection.Stale;
            else
                isForced = true;
        }

        bool losesHistory = old is { } before && choice.Id is { } now && !RefMove.IsFastForward(repository, before, now);
        if (rejection == PushRejection.None && old is { } there && choice.Id is { } after)
            rejection = FindRejection(choice.Theirs, there, after);
        if (rejection != PushRejection.None && !isForced)
            return pushed with { Change = RefChange.Rejected, Rejection = rejection, Note = NoteOf(rejection) };
        return pushed with
        {
            Change = choice.Id is null ? RefChange.Deleted : old is null ? RefChange.Created : losesHistory || choice.Theirs.IsTag
                ? RefChange.Forced : RefChange.FastForward,
        };
    }

    private PushRejection FindRejection(RefName name, ObjectId old, ObjectId now)
    {
        if (name.IsTag)
            return PushRejection.AlreadyExists;
        if (repository.Objects.GetKind(old) is not { } kind)
            return PushRejection.FetchFirst;
        if (kind != ObjectKind.Commit || repository.Objects.GetKind(now) != ObjectKind.Commit)
            return PushRejection.NeedsForce;
        return repository.Walk.IsAncestor(new CommitId(old), new CommitId(now)) ? PushRejection.None : PushRejection.NonFastForward;
    }

    private static string NoteOf(PushRejection rejection) => rejection switch
    {
        PushRejection.FetchFirst => "fetch first",
        PushRejection.NonFastForward => "non-fast-forward",
        PushRejection.AlreadyExists => "already exists",
        PushRejection.NeedsForce => "needs force",
        _ => "stale info",
    };

    private void MoveTracking(Remote remote, List<PushedRef> refs)
    {
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        var seen = new HashSet<RefName>();
        var names = new Lazy<RefNames>(() => new RefNames(repository.Refs));
        foreach (PushedRef item in refs)
        {
            if (item.HasFailed || remote.TrackingOf(item.Theirs) is not { } tracking || !seen.Add(tracking)
                || repository.Refs.ReadSymbolic(tracking) is not null)
                continue;
            ObjectId? now = repository.Refs.Resolve(tracking);
            if (item.New is { } id && now != id && (now is not null || names.Value.FindObstacle(tracking, new HashSet<RefName>()) is null))
                transaction.Update(tracking, null, id, Reason);
            else if (item.New is null && now is not null)
                transaction.Delete(tracking, null, Reason);
        }

        transaction.Commit();
    }

    // So that the next fetch finds the refs there as it knows them.
    private void NoteMoves(Remote remote, RemoteAddress address, List<PushedRef> refs)
    {
        if (remote.Name is null || remote.Urls.Count == 0 || _remotes.AddressOf(remote.FetchUrl) != address)
            return;
        var moved = new Dictionary<RefName, (ObjectId, ObjectId?)?>();
        foreach (PushedRef item in refs.Where(item => !item.HasFailed && item.Change != RefChange.UpToDate))
            moved[item.Theirs] = item.New is { } id ? (id, Peel(id)) : null;
        RefName? branch = repository.Refs.ReadHead().Branch;
        RefName? merge = branch is not null && new Upstreams(repository).Find(branch) is { } upstream && upstream.Remote == remote.Name
            ? upstream.Merge : null;
        new ListingCache(repository).Move(address, NeededRefs.OfFetch(remote, [], merge, remote.Tags), moved);
    }

    // The commit that an annotated tag leads to.
    private ObjectId? Peel(ObjectId id)
    {
        ObjectId? commit = repository.Objects.PeelToCommit(id)?.Value;
        return commit == id ? null : commit;
    }

    private IReadOnlyList<UpstreamBranch> SetUpstreams(Remote remote, IReadOnlyList<PushChoice> choices, List<PushedRef> refs)
    {
        var upstreams = new List<UpstreamBranch>();
        HashSet<RefName> failed = [.. refs.Where(item => item.HasFailed).Select(item => item.Theirs)];
        foreach (PushChoice choice in choices)
        {
            if (choice is { Ours: { IsBranch: true } ours, Id: { } id, Theirs.IsBranch: true } && !failed.Contains(choice.Theirs))
                upstreams.Add(new UpstreamBranch(ours, remote.Name!, choice.Theirs, remote.TrackingOf(choice.Theirs), id));
        }

        Config.RepositoryFile(repository.Folder)
            .Update(document => upstreams.ForEach(upstream => Upstreams.Write(document, upstream.Branch, upstream.Remote, upstream.Merge)));
        return upstreams;
    }
}
