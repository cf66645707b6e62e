using Mig.Core;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>Asks another repository for its refs.</summary>
/// <param name="repository">Whose configuration counts; null outside of one.</param>
/// <param name="context">The world around.</param>
public sealed class ListOperation(Repository? repository, RepositoryContext context)
{
    /// <param name="remote">A remote or an address; null for the one that the current branch follows.</param>
    /// <param name="baseFolder">What a relative folder begins at, outside of a repository.</param>
    /// <param name="prefixes">Only refs whose names begin with one of these are needed; null for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">There is no such remote.</exception>
    public RemoteListing Run(string? remote, string baseFolder, IReadOnlyList<string>? prefixes = null,
        CancellationToken cancellation = default)
    {
        (string? name, RemoteAddress address) = Find(remote, baseFolder);
        using RemoteRepository connection = new RemoteAccess(repository, context).Open(name, address, isNamed: true, cancellation);
        return connection.ListRefs(prefixes, cancellation);
    }

    private (string? Name, RemoteAddress Address) Find(string? remote, string baseFolder)
    {
        if (repository is null)
            return (null, RemoteAddress.Parse(remote
                ?? throw new NotFoundException("this is not a repository, so say which remote: 'mig ls-remote ADDRESS'"), baseFolder));
        var remotes = new RemoteConfiguration(repository);
        Remote found = remotes.Read(remote ?? remotes.DefaultFor(repository.Refs.ReadHead().Branch));
        return (found.Name, remotes.AddressOf(found.FetchUrl));
    }
}
