using Mig.Core;
using Mig.Store;
using Mig.Store.Promised;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Fetches the contents that a partial clone left at its remote, when something reads them; over one connection as long as the repository
/// is open. For one thread.
/// </summary>
internal sealed class PromisedContent(Repository repository, string remote) : IPromisedContent
{
    private RemoteRepository? _connection;

    public void Fetch(IReadOnlySet<ObjectId> blobs, ObjectStore into)
    {
        CancellationToken cancellation = repository.Context.Interruption();
        TransferReport report = (_connection ??= Connect())
            .FetchContent(into, repository.StoreOptions, blobs, NoProgress.Instance, cancellation);
        repository.Context.Notice($"fetched {report.Objects} contents ({report.StoredBytes} bytes) from {remote}");
    }

    public void Dispose() => _connection?.Dispose();

    private RemoteRepository Connect()
    {
        var configuration = new RemoteConfiguration(repository);
        RemoteAddress address = configuration.AddressOf(configuration.Read(remote).FetchUrl);
        return new RemoteAccess(repository, repository.Context).OpenForContent(remote, address);
    }
}
