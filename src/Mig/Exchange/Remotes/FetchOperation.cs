using Mig.Core;
using Mig.History.Refs;
using Mig.Store.Locks;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Branches;

namespace Mig.Exchange.Remotes;

/// <summary>Brings what another repository has, and moves the tracking refs: all that may move, together.</summary>
public sealed class FetchOperation(Repository repository)
{
    private const int MaxAttempts = 3;

    /// <summary>Where a fetch notes what was asked for, as in Git.</summary>
    public static RefName FetchHead { get; } = RefName.Parse("FETCH_HEAD");

    private readonly RemoteConfiguration _remotes = new(repository);

    /// <summary>Fetches.</summary>
    /// <exception cref="NotFoundException">There is no such remote, or it has no such ref.</exception>
    /// <exception cref="RemoteException">It cannot be reached, or does not keep to the protocol.</exception>
    public FetchOutcome Run(FetchOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        RefName? branch = repository.Refs.ReadHead().Branch;
        Remote remote = _remotes.Read(options.Remote ?? _remotes.DefaultFor(branch));
        RemoteAddress address = _remotes.AddressOf(remote.FetchUrl);
        using RemoteRepository connection = new RemoteAccess(repository, repository.Context)
            .Open(remote.Name, address, isNamed: !options.IsOneOfSeveral, cancellation);
        return Run(connection, List(connection, remote, address, options, cancellation), remote, address, options, cancellation);
    }

    // What the refspecs choose from. A name that is not found is looked for among all, so that near ones can be told.
    private RemoteListing List(RemoteRepository connection, Remote remote, RemoteAddress address, FetchOptions options,
        CancellationToken cancellation)
    {
        List<Refspec> given = [.. options.Refspecs.Select(Refspec.ParseFetch)];
        RefChoice? choice = NeededRefs.OfFetch(remote, given, FindMerge(remote), options.Tags ?? remote.Tags);
        RemoteListing listing = new ListingCache(repository).List(connection, address, choice, cancellation);
        try
        {
            new FetchChooser(remote, listing).AddGiven(given, options.Force);
        }
        catch (NotFoundException) when (choice is not null)
        {
            return connection.ListRefs(cancellation: cancellation);
        }

        return listing;
    }

    internal FetchOutcome Run(RemoteRepository connection, RemoteListing listing, Remote remote, RemoteAddress address,
        FetchOptions options, CancellationToken cancellation)
    {
        TagFetch tags = options.Tags ?? remote.Tags;
        var chooser = new FetchChooser(remote, listing);
        if (options.Refspecs.Count > 0)
            chooser.AddGiven(options.Refspecs.Select(Refspec.ParseFetch), options.Force);
        else
            chooser.AddConfigured(FindMerge(remote), options.Force);
        bool follows = tags == TagFetch.Following && chooser.KeepsAny;
        if (tags == TagFetch.All)
            chooser.AddTags(listing.Refs.Where(found => found.Name.IsTag), options.Force);

        IReadOnlyList<FetchChoice> choices = chooser.Choose();
        CheckCurrentBranch(choices);
        if (follows)
            chooser.AddTags(FindTags(listing, [.. choices.Select(choice => choice.Id)]), options.Force);
        using FileLock? retained = options.DryRun ? null : repository.Store.Retain();
        var store = new FetchTransfer(
            repository, connection, options with { WithoutContent = options.WithoutContent ?? remote.IsPromisor });
        store.Bring([.. chooser.Choose().Select(choice => choice.Id), .. options.AlsoWanted], options.Depth, cancellation);

        // Tags that lead into what has just come.
        if (follows && !options.DryRun)
        {
            chooser.AddTags(FindTags(listing, []), options.Force);
            store.Bring([.. chooser.Choose().Select(choice => choice.Id)], null, cancellation);
        }

        choices = chooser.Choose();
        bool prunes = options.Prunes ?? remote.Prunes;
        IReadOnlyList<FetchedRef> refs = Move(choices, prunes ? FindStale(remote, listing, options) : [], remote, listing, options);
        return new FetchOutcome(remote.Name, address.Text, refs, store.Report);
    }

    private RefName? FindMerge(Remote remote)
    {
        if (repository.Refs.ReadHead().Branch is not { } branch || new Upstreams(repository).Find(branch) is not { } upstream)
            return null;
        return upstream.Remote == remote.Name ? upstream.Merge : null;
    }

    private void CheckCurrentBranch(IEnumerable<FetchChoice> choices)
    {
        if (!repository.IsBare && repository.Refs.ReadHead().Branch is { } branch && choices.Any(choice => choice.Ours == branch))
            throw new ConflictException(
                $"HEAD is on {branch}, so nothing is fetched into it; fetch without a destination, then 'mig pull' moves it");
    }

    // Those that are not here, and lead to something that is here, or comes.
    private IEnumerable<RemoteRef> FindTags(RemoteListing listing, HashSet<ObjectId> coming)
    {
        var names = new RefNames(repository.Refs);
        foreach (RemoteRef tag in listing.Refs)
        {
            ObjectId target = tag.Peeled ?? tag.Id;
            if (tag.Name.IsTag && (coming.Contains(target) || repository.Objects.GetKind(target) is not null)
                && (!names.Contains(tag.Name) || (names.Find(tag.Name) is null && repository.Refs.Resolve(tag.Name) is null)))
                yield return tag;
        }
    }

    // Refs that the refspecs would keep, of what is no more. Those that stand for others are ours, not theirs.
    private List<RefName> FindStale(Remote remote, RemoteListing listing, FetchOptions options)
    {
        IReadOnlyList<Refspec> refspecs = options.Refspecs.Count > 0 ? [.. options.Refspecs.Select(Refspec.ParseFetch)] : remote.Fetch;
        HashSet<string> there = [.. listing.Refs.Select(found => found.Name.Value)];
        return [.. repository.Refs.ListNames("refs/").Where(IsStale)];

        bool IsStale(RefName name)
        {
            List<string> sources = [.. refspecs.Where(refspec => refspec.IsPattern || refspec.Destination is { Length: > 0 })
                .Select(refspec => refspec.MapBack(name.Value)).OfType<string>()];
            return sources.Count > 0 && !sources.Exists(there.Contains) && !IsSymbolic(name)
                && (repository.IsBare || repository.Refs.ReadHead().Branch != name);
        }
    }

    private bool IsSymbolic(RefName name)
    {
        try
        {
            return repository.Refs.ReadSymbolic(name) is not null;
        }
        catch (CorruptStoreException)
        {
            return false;
        }
    }

    private IReadOnlyList<FetchedRef> Move(
        IReadOnlyList<FetchChoice> choices, IReadOnlyList<RefName> stale, Remote remote, RemoteListing listing, FetchOptions options)
    {
        for (int attempt = 1; ; attempt++)
        {
            IReadOnlyList<FetchedRef> refs = Judge(choices, stale);
            try
            {
                Write(refs, remote, listing, options);
                return refs;
            }
            catch (ConflictException) when (attempt < MaxAttempts)
            {
                // Another fetch moved a ref since we looked: look again.
            }
        }
    }

    private List<FetchedRef> Judge(IReadOnlyList<FetchChoice> choices, IReadOnlyList<RefName> stale)
    {
        var deleted = new HashSet<RefName>(stale);
        var refs = stale.Select(name => new FetchedRef(RefChange.Deleted, null, name, TryResolve(name), null)).ToList();
        var names = new RefNames(repository.Refs);
        refs.AddRange(choices.Select(choice => Judge(choice, names, deleted) with { IsForMerge = choice.IsForMerge }));
        return refs;
    }

    private FetchedRef Judge(FetchChoice choice, RefNames names, HashSet<RefName> deleted)
    {
        if (choice.Ours is not { } ours)
            return new FetchedRef(RefChange.Created, choice.Theirs, null, null, choice.Id);
        bool isThere = names.Contains(ours);
        Ref? found = isThere ? names.Find(ours) : null;
        ObjectId? old = found?.Id ?? (isThere ? repository.Refs.Resolve(ours) : null);
        (RefChange change, string? note) = ours.IsBranchHead && old is null ? (RefChange.Rejected, "no branch can be called HEAD") : isThere
            && (found is null ? IsSymbolic(ours) : found.Target is not null) ? (RefChange.Rejected, $"{ours} stands for another ref")
            : old == choice.Id ? (RefChange.UpToDate, null)
            : old is not { } before ? names.FindObstacle(ours, deleted) is { } obstacle
                ? (RefChange.Rejected, $"{obstacle} is in the way; --prune removes it when it is gone there")
                : (RefChange.Created, null)
            : !ours.IsTag && RefMove.IsFastForward(repository, before, choice.Id) ? (RefChange.FastForward, null)
            : choice.IsForced ? (RefChange.Forced, (string?)null)
            : (RefChange.Rejected, ours.IsTag ? "would clobber existing tag" : "non-fast-forward");
        return new FetchedRef(change, choice.Theirs, ours, old, choice.Id, note);
    }

    // What is gone may be damaged, too.
    private ObjectId? TryResolve(RefName name)
    {
        try
        {
            return repository.Refs.Resolve(name);
        }
        catch (CorruptStoreException)
        {
            return null;
        }
    }

    private void Write(IReadOnlyList<FetchedRef> refs, Remote remote, RemoteListing listing, FetchOptions options)
    {
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        if (!options.LogsNewRefs)
            transaction.LogMovesOnly();
        foreach (FetchedRef item in refs)
        {
            switch (item)
            {
                case { Change: RefChange.Deleted, Ours: { } gone }:
                    transaction.Delete(gone, null, $"{options.Action}: prune");
                    break;
                case { Change: RefChange.Created or RefChange.FastForward or RefChange.Forced, Ours: { } ours, New: { } id }:
                    transaction.Update(ours, item.Old ?? default(ObjectId), id, $"{options.Action}: {Reason(item, ours)}");
                    break;
            }
        }

        if (options.SetsFetchHead && (
            refs.FirstOrDefault(item => item.IsForMerge) ?? refs.FirstOrDefault(item => item.New is not null)) is { New: { } fetched })
            transaction.Update(FetchHead, null, fetched, options.Action);
        AddHead(transaction, refs, remote, listing, options);
        if (options.DryRun)
            transaction.Check();
        else
            transaction.Commit();
    }

    // refs/remotes/origin/HEAD: what "origin" alone means.
    private void AddHead(RefTransaction transaction, IReadOnlyList<FetchedRef> refs, Remote remote, RemoteListing listing,
        FetchOptions options)
    {
        if (remote.Name is null || listing.HeadTarget is not { } target || remote.TrackingOf(target) is not { IsRemote: true } tracking)
            return;
        RefName head = RefName.Parse($"{RefName.RemotePrefix}{remote.Name}/HEAD");
        bool isThere = refs.Any(item => item.Ours == tracking && item.Change is not (RefChange.Rejected or RefChange.Deleted));
        if (isThere && tracking != head && !repository.Refs.Exists(head))
            transaction.SetSymbolic(head, tracking, $"{options.Action}: the remote's HEAD");
    }

    private static string Reason(FetchedRef item, RefName ours) => item.Change switch
    {
        RefChange.FastForward => "fast-forward",
        RefChange.Forced => ours.IsTag ? "updating tag" : "forced-update",
        _ => ours.IsTag ? "storing tag" : ours.IsBranch || ours.IsRemote ? "storing head" : "storing ref",
    };
}
