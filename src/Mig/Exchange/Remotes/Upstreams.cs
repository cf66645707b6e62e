using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Exchange.Remotes;

/// <summary>Says and sets which branch follows which (<c>branch.NAME.remote</c> and <c>.merge</c>).</summary>
public sealed class Upstreams(Repository repository)
{
    private const string Here = ".";

    private readonly RemoteConfiguration _remotes = new(repository);

    /// <summary>Returns what a branch follows; null when nothing.</summary>
    public UpstreamBranch? Find(RefName branch)
    {
        ArgumentNullException.ThrowIfNull(branch);
        string prefix = $"branch.{branch.ShortName}.";
        if (repository.Config.Get(prefix + "remote") is not { Length: > 0 } remote
            || repository.Config.Get(prefix + "merge") is not { Length: > 0 } merge
            || !RefName.TryParse(merge.StartsWith("refs/", StringComparison.Ordinal) ? merge : RefName.BranchPrefix + merge,
            out RefName? theirs))
            return null;
        RefName? tracking = remote == Here ? theirs : _remotes.Exists(remote) ? _remotes.Read(remote).TrackingOf(theirs) : null;
        return new UpstreamBranch(branch, remote, theirs, tracking, tracking is null ? null : repository.Refs.Resolve(tracking));
    }

    /// <summary>Counts what two commits do not share.</summary>
    public AheadBehind Compare(CommitId branch, CommitId upstream) => branch == upstream
        ? default
        : new AheadBehind(repository.Walk.Walk([branch], [upstream]).Count(), repository.Walk.Walk([upstream], [branch]).Count());

    /// <summary>Counts how far a branch and its upstream are apart; null when one of them has no commit.</summary>
    public AheadBehind? Compare(UpstreamBranch upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        return upstream.Id is { } there && repository.Refs.Resolve(upstream.Branch) is { } here
            ? Compare(new CommitId(here), new CommitId(there)) : null;
    }

    /// <summary>Makes a branch follow another one.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="upstream">A remote branch such as <c>origin/main</c>, or a branch of this repository.</param>
    /// <exception cref="NotFoundException">There is no such branch.</exception>
    public UpstreamBranch Set(string branch, string upstream)
    {
        RefName name = RefName.Branch(branch);
        if (repository.Refs.Resolve(name) is null && repository.Refs.ReadHead().Branch != name)
            throw new NotFoundException($"branch '{branch}' does not exist.{NearNames.Suggest(branch, Names(RefName.BranchPrefix))}");
        RefName? found = repository.Revisions.ResolveRef(upstream);
        (string remote, RefName merge) = found is null ? throw NoUpstream(upstream)
            : found.IsBranch ? (Here, found)
            : FindSource(found) ?? throw new UsageException(
                $"'{upstream}' is not a branch and was fetched from none, so nothing can follow it");
        if (remote == Here && merge == name)
            throw new UsageException($"branch '{branch}' cannot follow itself");
        Write(name, remote, merge);
        return new UpstreamBranch(name, remote, merge, found, repository.Refs.Resolve(found));
    }

    /// <summary>
    /// Makes a new branch follow the tracking branch that it began at, unless <c>branch.autoSetupMerge</c> says otherwise.
    /// </summary>
    /// <returns>What it follows; null when it began elsewhere.</returns>
    public UpstreamBranch? Follow(RefName branch, string start)
    {
        ArgumentNullException.ThrowIfNull(branch);
        string wanted = repository.Config.Get("branch.autosetupmerge") ?? "true";
        if (wanted == "always")
            return repository.Revisions.ResolveRef(start) is { } any && (any.IsBranch || any.IsRemote) && any != branch
                ? Set(branch.ShortName, start) : null;
        if (ConfigValue.TryParseBoolean(wanted, out bool isWanted) && !isWanted)
            return null;
        return repository.Revisions.ResolveRef(start) is { IsRemote: true } found && FindSource(found) is { Merge.IsBranch: true }
            ? Set(branch.ShortName, start) : null;
    }

    /// <summary>
    /// Returns the one tracking branch that has this name at its remote: <c>origin/web</c> for <c>web</c>; null when there is none, or
    /// several.
    /// </summary>
    public RefName? Guess(string branch)
    {
        if (!RefName.TryParse(RefName.BranchPrefix + branch, out RefName? theirs))
            return null;
        List<RefName> found = [.. _remotes.Names.Select(remote => _remotes.Read(remote).TrackingOf(theirs)).OfType<RefName>()
            .Where(tracking => repository.Refs.Resolve(tracking) is not null).Distinct()];
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Makes a branch follow nothing.</summary>
    /// <exception cref="NotFoundException">It follows nothing.</exception>
    public void Unset(string branch)
    {
        int count = 0;
        Config.RepositoryFile(repository.Folder).Update(document =>
        {
            count = document.Unset(ConfigKey.Parse($"branch.{branch}.remote")) + document.Unset(ConfigKey.Parse($"branch.{branch}.merge"));
        });
        if (count == 0)
            throw new NotFoundException($"branch '{branch}' has no upstream");
    }

    /// <summary>Returns the remote, and the name there, that a tracking ref comes from; null when it comes from none.</summary>
    internal (string Remote, RefName Merge)? FindSource(RefName tracking)
    {
        // origin/HEAD stands for the branch that is meant.
        RefName name = repository.Refs.ReadSymbolic(tracking) ?? tracking;
        foreach (string remote in _remotes.Names)
        {
            if (_remotes.Read(remote).SourceOf(name) is { } source)
                return (remote, source);
        }

        return null;
    }

    internal void Write(RefName branch, string remote, RefName merge) =>
        Config.RepositoryFile(repository.Folder).Update(document => Write(document, branch, remote, merge));

    internal static void Write(ConfigDocument document, RefName branch, string remote, RefName merge)
    {
        document.ReplaceAll(ConfigKey.Parse($"branch.{branch.ShortName}.remote"), remote);
        document.ReplaceAll(ConfigKey.Parse($"branch.{branch.ShortName}.merge"), merge.Value);
    }

    private NotFoundException NoUpstream(string upstream) =>
        new($"the requested upstream branch '{upstream}' does not "
            + $"exist.{NearNames.Suggest(upstream, Names(RefName.RemotePrefix).Concat(Names(RefName.BranchPrefix)))} 'mig fetch' brings "
            + "what the remote has, 'mig push -u' makes a branch there");

    private IEnumerable<string> Names(string prefix) => repository.Refs.List(prefix, damaged: []).Select(found => found.Name.ShortName);
}
