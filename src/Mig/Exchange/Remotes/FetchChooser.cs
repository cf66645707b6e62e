using Mig.Core;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>Chooses what a fetch takes of what there is, by refspecs (get_ref_map of Git).</summary>
internal sealed class FetchChooser(Remote remote, RemoteListing listing)
{
    private readonly List<FetchChoice> _chosen = [];
    private readonly Dictionary<RefName, RemoteRef> _refs = listing.Refs.ToDictionary(found => found.Name);

    /// <summary>
    /// Whether something is to be kept in a ref: then tags follow. As in Git, a tracking ref that moves along does not count.
    /// </summary>
    public bool KeepsAny { get; private set; }

    /// <summary>Chooses by refspecs of the command line.</summary>
    /// <exception cref="NotFoundException">The other side has no such ref.</exception>
    public void AddGiven(IEnumerable<Refspec> refspecs, bool force)
    {
        List<Refspec> all = [.. refspecs];
        foreach (Refspec refspec in all)
            Add(refspec, force, isForMerge: !refspec.IsPattern);
        Exclude(all);
        KeepsAny = _chosen.Exists(choice => choice.Ours is not null);

        // What has a tracking ref moves it, whoever asked for it.
        HashSet<RefName> ours = FindOurs();
        foreach (FetchChoice choice in _chosen.ToList())
        {
            if (remote.TrackingOf(choice.Theirs) is { } tracking && ours.Add(tracking))
                _chosen.Add(choice with { Ours = tracking, IsForced = true, IsForMerge = false });
        }
    }

    /// <summary>Chooses what the configuration says, and what the current branch follows.</summary>
    /// <param name="merge">What the current branch follows there; null when it follows nothing there.</param>
    public void AddConfigured(RefName? merge, bool force)
    {
        foreach (Refspec refspec in remote.Fetch)
            Add(refspec, force, isForMerge: false);
        Exclude(remote.Fetch);
        KeepsAny = _chosen.Exists(choice => choice.Ours is not null);
        if (remote.Fetch.Count == 0 && listing.HeadId is { } head)
            _chosen.Add(new FetchChoice(RefName.Head, head, null, false, IsForMerge: merge is null));
        if (merge is null || !_refs.TryGetValue(merge, out RemoteRef? wanted))
            return;
        int index = _chosen.FindIndex(choice => choice.Theirs == merge);
        if (index >= 0)
            _chosen[index] = _chosen[index] with { IsForMerge = true };
        else
            _chosen.Add(new FetchChoice(merge, wanted.Id, null, false, IsForMerge: true));
    }

    /// <summary>Chooses tags that are to be called here as there.</summary>
    public void AddTags(IEnumerable<RemoteRef> tags, bool force)
    {
        HashSet<RefName> ours = FindOurs();
        foreach (RemoteRef tag in tags)
        {
            if (ours.Add(tag.Name))
                _chosen.Add(new FetchChoice(tag.Name, tag.Id, tag.Name, force, IsForMerge: false));
        }
    }

    /// <exception cref="UsageException">Two refs would become one.</exception>
    public IReadOnlyList<FetchChoice> Choose()
    {
        var byName = new Dictionary<RefName, FetchChoice>();
        var result = new List<FetchChoice>();
        foreach (FetchChoice choice in _chosen)
        {
            if (choice.Ours is null)
            {
                result.Add(choice);
            }
            else if (byName.TryAdd(choice.Ours, choice))
            {
                result.Add(choice);
            }
            else if (byName[choice.Ours].Theirs != choice.Theirs)
            {
                throw new UsageException($"cannot fetch both {byName[choice.Ours].Theirs} and {choice.Theirs} to {choice.Ours}");
            }
        }

        return result;
    }

    private HashSet<RefName> FindOurs() => [.. _chosen.Select(choice => choice.Ours).OfType<RefName>()];

    private void Add(Refspec refspec, bool force, bool isForMerge)
    {
        if (refspec.IsNegative)
            return;
        bool isForced = force || refspec.IsForced;
        if (refspec.IsPattern)
        {
            foreach (RemoteRef found in listing.Refs)
            {
                if (refspec.Map(found.Name.Value) is { } name && RefName.TryParse(name, out RefName? ours))
                    _chosen.Add(new FetchChoice(found.Name, found.Id, ours, isForced, isForMerge));
            }

            return;
        }

        (RefName theirs, ObjectId id) = Find(refspec.Source.Length == 0 ? "HEAD" : refspec.Source);
        RefName? destination = string.IsNullOrEmpty(refspec.Destination) ? null : RefAbbreviation.Complete(refspec.Destination);
        _chosen.Add(new FetchChoice(theirs, id, destination, isForced, isForMerge));
    }

    private (RefName Name, ObjectId Id) Find(string name)
    {
        if (name == "HEAD")
            return listing.HeadId is { } head ? (RefName.Head, head)
                : throw new NotFoundException("the remote's HEAD is on a branch without commits");
        if (RefAbbreviation.Find(name, _refs.ContainsKey) is { } found)
            return (found, _refs[found].Id);
        throw new NotFoundException(
            $"the remote has no ref '{name}'.{NearNames.Suggest(name, listing.Refs.Select(known => known.Name.ShortName))} 'mig "
            + "ls-remote' shows what it has");
    }

    private void Exclude(IEnumerable<Refspec> refspecs)
    {
        List<Refspec> negative = [.. refspecs.Where(refspec => refspec.IsNegative)];
        _chosen.RemoveAll(choice => negative.Exists(refspec => refspec.Matches(choice.Theirs.Value)));
    }
}
