using Mig.Core;
using Mig.History.Commits;
using Mig.Transfer.Serving;

namespace Mig.Serving;

/// <summary>Opens repositories for others to fetch from and push to.</summary>
public static class ServedRepository
{
    /// <summary>Opens the repository in a folder; disposing the service closes it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static RepositoryService Open(string folder, RepositoryContext context)
    {
        Repository repository = Repository.Open(folder, context);
        return Serve(repository, FullAccess.Instance, repository.Dispose);
    }

    /// <summary>Serves a repository that is open.</summary>
    /// <param name="close">Called when the service is disposed.</param>
    public static RepositoryService Serve(Repository repository, IReceiveAccess access, Action? close)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return new RepositoryService(repository.Store, repository.Refs, new ServiceOptions
        {
            StoreOptions = repository.StoreOptions,
            Access = access,
            Who = () => WhoOf(repository),
            ReadShallow = () => [.. new ShallowFile(repository.Folder).Read()],
            DenyNonFastForwards = repository.Config.GetBoolean("receive.denyNonFastForwards", false),
            DenyDeletes = repository.Config.GetBoolean("receive.denyDeletes", false),
            MaxInputSize = repository.Config.GetInteger("receive.maxInputSize", 0, 0, long.MaxValue),
            Close = close,
        });
    }

    // A server may have no identity of its own: a push is none of its doing.
    private static Signature WhoOf(Repository repository)
    {
        try
        {
            return repository.Identity.Committer();
        }
        catch (UsageException)
        {
            return Signature.Create("mig serve", "", repository.Context.Clock.GetUtcNow());
        }
    }
}
