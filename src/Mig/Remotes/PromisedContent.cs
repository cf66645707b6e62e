using Mig.Core;
using Mig.Store;
using Mig.Store.Promised;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Remotes;

/// <summary>Fetches the contents that a partial clone left at its remote, when something reads them.</summary>
internal sealed class PromisedContent(Repository repository, string remote) : IPromisedContent
{
    public void Fetch(IReadOnlySet<ObjectId> blobs, ObjectStore into)
    {
        var configuration = new RemoteConfiguration(repository);
        RemoteAddress address = configuration.AddressOf(configuration.Read(remote).FetchUrl);
        CancellationToken cancellation = repository.Context.Interruption();
        using RemoteRepository connection = new RemoteAccess(repository, repository.Context).Open(remote, address, isNamed: false, cancellation);
        TransferReport report = connection.FetchContent(into, repository.StoreOptions, blobs, NoProgress.Instance, cancellation);
        repository.Context.Notice($"fetched {report.Objects} contents ({report.StoredBytes} bytes) from {remote}");
    }
}
