using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.Transfer.Access;
using Mig.Transfer.Serving;

namespace Mig.Exchange.Serving;

/// <summary>Opens repositories for others to fetch from and push to.</summary>
public static class ServedRepository
{
    /// <summary>Opens the repository in a folder; disposing the service closes it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static RepositoryService Open(string folder, RepositoryContext context)
    {
        Repository repository = Repository.Open(folder, context);
        return new RepositoryService(repository.Store, repository.Refs,
            OptionsOf(repository, "", AccessRights.Unlimited, null, repository.Dispose) with
            {
                SharesPacks = repository.PromisorRemote is null && IsOwn(repository.Folder),
            });
    }

    /// <summary>Answers calls on a pair of streams until the first one ends, as ssh has it.</summary>
    /// <exception cref="NotFoundException">There is no repository.</exception>
    public static void Run(string folder, RepositoryContext context, Stream input, Stream output, CancellationToken cancellation = default)
    {
        using RepositoryService service = Open(folder, context);
        service.Run(input, output, cancellation);
    }

    /// <summary>Serves a repository that is open.</summary>
    /// <param name="name">Its path below the server's root, as access files have it.</param>
    /// <param name="rights">What the caller may do.</param>
    /// <param name="pusher">Whom hooks and reflog are told of; null when the server does not know the caller.</param>
    /// <param name="close">Called when the service is disposed.</param>
    public static RepositoryService Serve(Repository repository, string name, AccessRights rights, string? pusher, Action? close)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return new RepositoryService(repository.Store, repository.Refs, OptionsOf(repository, name, rights, pusher, close));
    }

    private static bool IsOwn(string folder) => FileStatus.Of(folder, followsLinks: true) is { } status && status.Uid == HostUser.Id;

    private static ServiceOptions OptionsOf(Repository repository, string name, AccessRights rights, string? pusher, Action? close)
    {
        var environment = new Dictionary<string, string>();
        if (pusher is not null)
            environment[ReceiveHooks.PusherVariable] = pusher;
        return new ServiceOptions
        {
            StoreOptions = repository.StoreOptions,
            Access = new RightsAccess(rights, name),
            Hooks = Prove(repository, new ReceiveHooks(repository, environment)),
            Who = () => WhoOf(repository, pusher),
            ReadShallow = () => [.. new ShallowFile(repository.Folder).Read()],
            DenyNonFastForwards = repository.Config.GetBoolean("receive.denyNonFastForwards", false),
            DenyDeletes = repository.Config.GetBoolean("receive.denyDeletes", false),
            MaxInputSize = repository.Config.GetInteger("receive.maxInputSize", 0, 0, long.MaxValue),
            MaxUpdates = (int)repository.Config.GetInteger("receive.maxUpdates", ServiceOptions.DefaultMaxUpdates, 1, int.MaxValue),
            MaxRefs = (int)repository.Config.GetInteger("receive.maxRefs", ServiceOptions.DefaultMaxRefs, 1, int.MaxValue),
            Limits = repository.Context.Limits,
            Close = close,
        };
    }

    // A partial clone has not got what a proof reads.
    private static IReceiveHooks Prove(Repository repository, ReceiveHooks hooks)
    {
        bool isWanted = repository.Config.GetBoolean("receive.fsckObjects", repository.Config.GetBoolean("transfer.fsckObjects", true));
        return isWanted && repository.PromisorRemote is null ? new ReceiveProof(repository, hooks) : hooks;
    }

    // A server may have no identity of its own: a push is none of its doing.
    private static Signature WhoOf(Repository repository, string? pusher)
    {
        if (pusher is not null)
            return Signature.Create(pusher, "", repository.Context.Clock.GetUtcNow());
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
