using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;

namespace Mig.History.Revisions;

/// <summary>Finds the ref that the beginning of a revision names.</summary>
internal sealed class RefResolver(RefStore refs, Config config)
{
    private const string CheckoutReason = "checkout: moving from ";

    // gitrevisions(7), "<refname>": the first that exists.
    private static readonly string[] Places = ["", "refs/", RefName.TagPrefix, RefName.BranchPrefix, RefName.RemotePrefix];

    /// <summary>Finds a ref; null when nothing of that name exists.</summary>
    public RefName? Find(RevisionBase start)
    {
        if (start.Previous > 0)
        {
            RefName? branch = BranchOf(PreviousCheckout(start.Previous));
            return start.Upstream ? UpstreamOf(branch ?? throw NoUpstream(PreviousCheckout(start.Previous))) : branch;
        }

        if (start.Upstream)
            return UpstreamOf(start.Name is "" or "@" or "HEAD" ? CurrentBranch() : BranchOf(start.Name) ?? throw NoUpstream(start.Name));
        return Find(start.Name);
    }

    /// <summary>Finds the ref whose log <c>@{n}</c> means; without a name it is the current branch's.</summary>
    public RefName FindLogged(RevisionBase start)
    {
        if (start is { Name: "", Previous: 0, Upstream: false })
            return refs.ReadHead().Branch ?? RefName.Head;
        return Find(start) ?? throw new NotFoundException($"there is no ref '{start.Name}'");
    }

    /// <summary>Returns where HEAD was before the nth last checkout: a branch, or digits of an id.</summary>
    public string PreviousCheckout(int number)
    {
        int found = 0;
        foreach (ReflogEntry entry in refs.ReadLog(RefName.Head))
        {
            if (!entry.Reason.StartsWith(CheckoutReason, StringComparison.Ordinal))
                continue;
            int to = entry.Reason.IndexOf(" to ", CheckoutReason.Length, StringComparison.Ordinal);
            if (to >= 0 && ++found == number)
                return entry.Reason[CheckoutReason.Length..to];
        }

        throw new NotFoundException($"'@{{-{number}}}': there were only {found} checkouts before");
    }

    private RefName? Find(string name)
    {
        if (name is "@" or "HEAD")
            return RefName.Head;
        foreach (string place in Places)
        {
            if (RefName.TryParse(place + name, out RefName? candidate) && Exists(candidate))
                return candidate;
        }

        return RefName.TryParse(RefName.RemotePrefix + name + "/HEAD", out RefName? remoteHead) && Exists(remoteHead) ? remoteHead : null;
    }

    private bool Exists(RefName name) => refs.Resolve(name) is not null;

    private RefName? BranchOf(string shortName)
    {
        string name = shortName.StartsWith(RefName.BranchPrefix, StringComparison.Ordinal) ? shortName : RefName.BranchPrefix + shortName;
        return RefName.TryParse(name, out RefName? branch) && (Exists(branch) || refs.ReadHead().Branch == branch) ? branch : null;
    }

    private RefName CurrentBranch() => refs.ReadHead().Branch ?? throw new NotFoundException("HEAD is on no branch, so it has no upstream");

    private RefName UpstreamOf(RefName branch)
    {
        string shortName = branch.ShortName;
        if (config.Get($"branch.{shortName}.remote") is not { Length: > 0 } remote
            || config.Get($"branch.{shortName}.merge") is not { Length: > 0 } merge)
            throw NoUpstream(shortName);
        string tracking = remote == "." ? merge : Map(remote, merge);
        return RefName.TryParse(tracking, out RefName? name) && Exists(name)
            ? name
            : throw new NotFoundException(
                $"the upstream of '{shortName}' is '{merge}' of '{remote}', which was not fetched; run 'mig fetch {remote}'");
    }

    private string Map(string remote, string merge)
    {
        foreach (string text in config.GetAll($"remote.{remote}.fetch"))
        {
            if (Refspec.TryParseFetch(text, out Refspec? refspec) && refspec.Map(merge) is { } tracking)
                return tracking;
        }

        return merge.StartsWith(RefName.BranchPrefix, StringComparison.Ordinal)
            ? $"{RefName.RemotePrefix}{remote}/{merge[RefName.BranchPrefix.Length..]}" : merge;
    }

    private static NotFoundException NoUpstream(string branch) =>
        new($"branch '{branch}' has no upstream; run 'mig branch --set-upstream-to <remote>/<branch> {branch}'");
}
