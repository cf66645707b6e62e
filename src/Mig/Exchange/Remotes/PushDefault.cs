using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>Says what a push sends that is told nothing (<c>push.default</c>).</summary>
internal sealed class PushDefault(Repository repository)
{
    /// <param name="remote">The remote.</param>
    /// <param name="options">Whether the branch is to follow what it is pushed to.</param>
    /// <exception cref="UsageException">There is nothing that it could mean; says what to write.</exception>
    public IReadOnlyList<Refspec> Choose(Remote remote, PushOptions options)
    {
        if (remote.Push.Count > 0)
            return remote.Push;
        string mode = repository.Config.Get("push.default") ?? "simple";
        if (mode == "matching")
            return [Refspec.ParsePush(":")];
        if (mode == "nothing")
            throw new UsageException("push.default is 'nothing', so say what to push: 'mig push REMOTE BRANCH'");
        if (mode is not ("simple" or "current" or "upstream" or "tracking"))
            throw new UsageException($"push.default is '{mode}'; it must be simple, current, upstream, matching or nothing");
        string name = remote.Name ?? "REMOTE";
        Head head = repository.Refs.ReadHead();
        RefName branch = head.Branch ?? throw new UsageException(
            $"HEAD is on no branch; to push the commits that lead to it, say what they shall be called there: 'mig push {name} HEAD:NAME'");
        if (head.IsUnborn)
            throw new NotFoundException($"branch '{branch.ShortName}' has no commit yet, so there is nothing to push");
        var same = Refspec.ParsePush($"{branch}:{branch}");
        UpstreamBranch? upstream = new Upstreams(repository).Find(branch);
        bool isElsewhere = remote.Name is null || remote.Name != new RemoteConfiguration(repository).DefaultFor(branch);
        if (mode == "current" || (mode == "simple" && isElsewhere))
            return [same];
        if (mode != "simple" && isElsewhere)
            throw new UsageException(
                $"branch '{branch.ShortName}' does not follow '{name}', so push.default = {mode} says nothing; say what to push: 'mig "
                + $"push {name} {branch.ShortName}'");
        if (upstream is null)
        {
            return options.SetsUpstream || repository.Config.GetBoolean("push.autosetupremote", false)
                ? [same]
                : throw new UsageException(
                    $"the current branch {branch.ShortName} has no upstream branch; to push it and make it follow the one there, run\n    "
                    + $"mig push --set-upstream {name} {branch.ShortName}");
        }

        if (mode == "simple" && upstream.Merge != branch)
        {
            throw new UsageException(
                $"the branch '{upstream.Merge.ShortName}' that the current branch follows is called otherwise than the current branch; to "
                + "push to it, run\n"
                + $"    mig push {name} HEAD:{upstream.Merge.ShortName}\nand to push to the branch of the same name\n    mig push {name} "
                + "HEAD");
        }

        return [Refspec.ParsePush($"{branch}:{upstream.Merge}")];
    }
}
