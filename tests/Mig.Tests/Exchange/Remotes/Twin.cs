using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Branches;
using Mig.Versions.Tags;

namespace Mig.Tests.Exchange.Remotes;

/// <summary>
/// A repository of mig and one of git to which the same is done, in git's words. Commits are known by their messages, which are unique.
/// </summary>
internal sealed class Twin(string mig, string git)
{
    public string MigFolder => mig;

    /// <summary>Does something to both.</summary>
    /// <returns>Whether each of them could.</returns>
    public (bool Mig, bool Git) Do(params string[] arguments)
    {
        // mig's pushes are atomic unless they are told otherwise, and its checkout guesses in the command alone.
        string[] told = arguments switch
        {
            ["push", ..] when !arguments.Contains("--no-atomic") => ["push", "--atomic", .. arguments[1..]],
            ["checkout", var branch] => ["checkout", "-q", "--no-guess", branch],
            ["commit", var message] => ["commit", "-q", "--allow-empty", "-m", message],
            ["pull", ..] => ["pull", "--ff-only", .. arguments[1..]],
            _ => arguments,
        };
        (int exit, _) = Tool.Try("git", ["-C", git, "-c", "user.name=A", "-c", "user.email=a@b", .. told]);
        return (TryMig(arguments), exit == 0);
    }

    /// <summary>
    /// All refs with the message of the commit that each leads to, as git has them; without origin/HEAD, which newer gits set as mig does,
    /// but older ones only in a clone.
    /// </summary>
    public IReadOnlyList<string> GitRefs() =>
        [.. Tool.Run("git", "-C", git, "for-each-ref", "--format=%(refname) %(if)%(*subject)%(then)%(*subject)%(else)%(subject)%(end)")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith("refs/remotes/origin/HEAD ", StringComparison.Ordinal)).Order(StringComparer.Ordinal), GitHead()];

    /// <summary>The same of mig.</summary>
    public IReadOnlyList<string> MigRefs()
    {
        using Repository repository = TestRepository.Open(mig);
        return
        [
            .. repository.Refs.List().Where(found => found.Target is null)
                .Select(found =>
                $"{found.Name} {repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(found.Id.ToString())).Subject}")
                .Order(StringComparer.Ordinal),
            "HEAD " + repository.Refs.ReadHead().Branch,
        ];
    }

    public static void Commit(Repository repository, string message)
    {
        Head head = repository.Refs.ReadHead();
        Signature who = repository.Identity.Committer();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        writer.EndContent();
        ImageId image = new History.Images.MachineImage([]).Write(writer);
        var commit = new Commit
        {
            Image = image, Parents = head.Id is { } parent ? [new CommitId(parent)] : [], Author = who,
            Committer = who, Message = message + "\n"
        };
        ObjectId id = writer.AddObject(ObjectKind.Commit, commit.Encode());
        writer.Complete();
        repository.Refs.Update(RefName.Head, head.Id ?? default(ObjectId), id, who, "commit: " + message);
    }

    private string GitHead() => "HEAD " + Tool.Run("git", "-C", git, "symbolic-ref", "HEAD").Trim();

    private bool TryMig(string[] arguments)
    {
        using Repository repository = TestRepository.Open(mig);
        try
        {
            return Run(repository, arguments);
        }
        catch (MigException e) when (e is not (CorruptStoreException or RemoteException))
        {
            return false;
        }
    }

    private static bool Run(Repository repository, string[] arguments)
    {
        string[] words = [.. arguments.Skip(1).Where(word => word[0] != '-')];
        switch (arguments)
        {
            case ["commit", var message]:
                Commit(repository, message);
                return true;
            case ["checkout", var branch]:
                new HeadMover(repository).SwitchTo(branch);
                return true;
            case ["branch", "-f", var branch, var start]:
                new BranchEditor(repository).Create(branch, start, force: true);
                return true;
            case ["branch", "-D", var branch]:
                new BranchEditor(repository).Delete(branch, force: true);
                return true;
            case ["tag", .., var name]:
                new TagEditor(repository).Create(name, "HEAD", arguments.Contains("-a") ? "a tag" : null, arguments.Contains("-f"));
                return true;
            case ["push", ..]:
                return new PushOperation(repository).Run(PushOptions(arguments, words), TestContext.Current.CancellationToken)
                    .All(outcome => !outcome.HasFailed);
            case ["fetch", ..]:
                return !new FetchOperation(repository)
                    .Run(FetchOptions(arguments, words), TestContext.Current.CancellationToken).HasRejected;
            case ["pull", ..]:
                new PullOperation(repository).Run(FetchOptions(arguments, words), _ => { }, TestContext.Current.CancellationToken);
                return true;
            default:
                throw new InvalidOperationException(string.Join(' ', arguments));
        }
    }

    private static PushOptions PushOptions(string[] arguments, string[] words) => new()
    {
        Remote = words.FirstOrDefault(),
        Refspecs = [.. words.Skip(1)],
        Deletes = arguments.Contains("--delete"),
        AllBranches = arguments.Contains("--all"),
        AllTags = arguments.Contains("--tags"),
        Force = arguments.Contains("--force"),
        Leases = [.. arguments.Where(word => word.StartsWith("--force-with-lease", StringComparison.Ordinal))
            .Select(word => PushLease.Parse(word["--force-with-lease".Length..].TrimStart('=')))],
        SetsUpstream = arguments.Contains("-u"),
        IsAtomic = !arguments.Contains("--no-atomic"),
    };

    private static FetchOptions FetchOptions(string[] arguments, string[] words) => new()
    {
        Remote = words.FirstOrDefault(),
        Refspecs = [.. words.Skip(1)],
        Tags = arguments.Contains("--tags") ? TagFetch.All : arguments.Contains("--no-tags") ? TagFetch.None : null,
        Prunes = arguments.Contains("--prune") ? true : null,
        Force = arguments.Contains("--force"),
    };
}
