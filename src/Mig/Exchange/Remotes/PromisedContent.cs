using Mig.Core;
using Mig.Store;
using Mig.Store.Promised;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Fetches the contents that a partial clone left at its remote, when something reads them; over one connection as long as the repository
/// is open, and another one for what nobody waits for.
/// </summary>
internal sealed class PromisedContent(Repository repository, string remote) : IPromisedContent
{
    private readonly Lock _gate = new();
    private RemoteRepository? _waitedFor;
    private RemoteRepository? _ahead;

    public void Fetch(IReadOnlySet<ObjectId> blobs, ObjectStore into, bool isAhead, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(repository.Context.Interruption(), cancellation);
        TransferReport report = (isAhead ? _ahead ??= Connect() : _waitedFor ??= Connect())
            .FetchContent(into, repository.StoreOptions, blobs, NoProgress.Instance, stop.Token);
        if (!isAhead)
            repository.Context.Notice($"fetched {report.Objects} contents ({report.StoredBytes} bytes) from {remote}");
    }

    public void Dispose()
    {
        _waitedFor?.Dispose();
        _ahead?.Dispose();
    }

    // One at a time: it may ask the user for a password.
    private RemoteRepository Connect()
    {
        lock (_gate)
        {
            var configuration = new RemoteConfiguration(repository);
            RemoteAddress address = configuration.AddressOf(configuration.Read(remote).FetchUrl);
            return new RemoteAccess(repository, repository.Context).OpenForContent(remote, address);
        }
    }
}
