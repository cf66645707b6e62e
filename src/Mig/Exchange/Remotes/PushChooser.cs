using Mig.Core;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>Chooses what a push moves, by refspecs (match_push_refs of Git).</summary>
internal sealed class PushChooser(Repository repository, RemoteListing listing)
{
    private readonly List<PushChoice> _chosen = [];
    private readonly Lazy<IReadOnlyList<Ref>> _ours = new(() => repository.Refs.List("refs/"));
    private readonly HashSet<RefName> _theirs = [.. listing.Refs.Select(found => found.Name)];

    public void Add(Refspec refspec)
    {
        if (refspec.IsMatching)
            AddPattern(refspec, RefName.BranchPrefix, name => name.Value, onlyThere: true);
        else if (refspec.IsPattern)
            AddPattern(refspec, "refs/", name =>
                refspec.Destination is null ? refspec.Matches(name.Value) ? name.Value : null : refspec.Map(name.Value), onlyThere: false);
        else if (!refspec.IsNegative)
            _chosen.Add(refspec.Source.Length == 0 ? Deletion(refspec) : One(refspec));
    }

    /// <summary>Returns what these refspecs would push, whatever the other side has.</summary>
    public static IReadOnlyList<ObjectId> FindTips(Repository repository, IReadOnlyList<Refspec> refspecs)
    {
        var chooser = new PushChooser(repository, new RemoteListing(null, null, []));
        var tips = new HashSet<ObjectId>();
        foreach (Refspec refspec in refspecs.Where(refspec => !refspec.IsNegative))
        {
            if (refspec.IsPattern)
                tips.UnionWith(chooser._ours.Value.Where(ours => refspec.Matches(ours.Name.Value)).Select(ours => ours.Id));
            else if (!refspec.IsMatching && refspec.Source.Length > 0)
                tips.Add(chooser.FindSource(refspec.Source).Id);
        }

        return [.. tips];
    }

    /// <param name="refspecs">Negative ones among them take away.</param>
    /// <exception cref="UsageException">A ref there would be moved to two places.</exception>
    public IReadOnlyList<PushChoice> Choose(IEnumerable<Refspec> refspecs)
    {
        List<Refspec> negative = [.. refspecs.Where(refspec => refspec.IsNegative)];
        _chosen.RemoveAll(choice => choice.Ours is { } ours && negative.Exists(refspec => refspec.Matches(ours.Value)));
        var byName = new Dictionary<RefName, PushChoice>();
        foreach (PushChoice choice in _chosen)
        {
            if (!byName.TryAdd(choice.Theirs, choice) && byName[choice.Theirs].Id != choice.Id)
                throw new UsageException(
                    $"{choice.Theirs} there would be both {byName[choice.Theirs].Source} and {choice.Source}; push one of them");
        }

        return [.. byName.Values];
    }

    private void AddPattern(Refspec refspec, string prefix, Func<RefName, string?> map, bool onlyThere)
    {
        foreach (Ref ours in _ours.Value)
        {
            if (ours.Name.Value.StartsWith(prefix, StringComparison.Ordinal) && map(ours.Name) is { } name
                && RefName.TryParse(name, out RefName? theirs) && (!onlyThere || _theirs.Contains(theirs)))
                _chosen.Add(new PushChoice(ours.Name.ShortName, ours.Name, ours.Id, theirs, refspec.IsForced));
        }
    }

    private PushChoice Deletion(Refspec refspec)
    {
        RefName theirs = RefAbbreviation.Find(refspec.Destination!, _theirs.Contains)
            ?? throw new NotFoundException(
                $"the remote has no ref '{refspec.Destination}', so it cannot be "
                + $"deleted.{NearNames.Suggest(refspec.Destination!, listing.Refs.Select(known => known.Name.ShortName))}");
        return new PushChoice("", null, null, theirs, refspec.IsForced);
    }

    private PushChoice One(Refspec refspec)
    {
        (RefName? ours, ObjectId id) = FindSource(refspec.Source);
        return new PushChoice(refspec.Source, ours, id, FindDestination(refspec, ours, id), refspec.IsForced);
    }

    private (RefName? Name, ObjectId Id) FindSource(string source)
    {
        if (source == "HEAD")
        {
            Head head = repository.Refs.ReadHead();
            return (head.Branch, head.Id ?? throw new NotFoundException(
                $"branch '{head.Branch?.ShortName}' has no commit yet, so there is nothing to push"));
        }

        if (RefAbbreviation.Find(source, name => repository.Refs.Resolve(name) is not null) is { } found)
            return (found, repository.Refs.Resolve(found)!.Value);
        return (null, repository.Revisions.Resolve(source).Id);
    }

    private RefName FindDestination(Refspec refspec, RefName? ours, ObjectId id)
    {
        if (refspec.Destination is not { } destination)
        {
            if (ours is null && RefName.IsWellFormed(refspec.Source, allowOneLevel: true) && refspec.Source != "HEAD")
                throw new UsageException(
                    $"'{refspec.Source}' is not a ref, so say what it shall be called there: 'mig push REMOTE "
                    + $"{refspec.Source}:refs/heads/NAME'");
            return ours ?? throw new UsageException(
                "HEAD is on no branch, so say what it shall be called there: 'mig push REMOTE HEAD:refs/heads/NAME'");
        }

        if (RefAbbreviation.Find(destination, _theirs.Contains) is { } there
            && (there.Value == destination || !destination.StartsWith("refs/", StringComparison.Ordinal)))
            return there;
        if (destination.StartsWith("refs/", StringComparison.Ordinal))
            return RefName.Parse(destination);
        bool isTag = ours is { IsTag: true } || (ours is null && repository.Objects.GetKind(id) == ObjectKind.Tag);
        if (ours is null && refspec.Source != "HEAD")
            throw new UsageException(
                $"whether '{destination}' shall be a branch or a tag there is not clear; write "
                + $"refs/{(isTag ? "tags" : "heads")}/{destination}");
        return isTag ? RefName.Tag(destination) : RefName.Branch(destination);
    }
}
